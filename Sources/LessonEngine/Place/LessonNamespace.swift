internal import ClusterClient
internal import KubernetesAPI

/// Making the namespace of a lesson, and noticing that it is no longer there.
extension LessonPlace {
  /// How the namespace stands.
  enum Standing: Sendable {
    case open
    /// Deleted, or about to be.
    case gone
    /// Somebody has made one of that name.
    case taken
  }

  /// A namespace of somebody else is left alone: then the lesson takes the next free name.
  static func makeNamespace(
    _ wanted: String, owner: String, _ client: ClusterClient
  ) async throws(StatusError) -> Namespace {
    var name = wanted
    for number in 2..<100 {
      if let found = try? await client.get(Namespace.self, name) {
        switch standing(found, owner) {
        case .open: return found
        case .taken:
          name = "\(wanted)-\(number)"
          continue
        case .gone:
          // It is on its way out: a moment later the name is free.
          try? await Task.sleep(for: .milliseconds(50))
          if number % 10 != 0 { continue }
        }
      }
      do throws(StatusError) {
        return try await client.create(namespace(name, owner, token: LessonVariables.newToken()))
      } catch {
        if error.reason != "AlreadyExists" { throw error }
      }
    }
    throw StatusError.internalError("no name like \"\(wanted)\" is free for the lesson's namespace")
  }

  /// As far as it can be seen: nobody has lost a namespace because a question about it was not answered.
  func standing() async -> Standing {
    do throws(StatusError) {
      return Self.standing(try await client.get(Namespace.self, namespace), owner)
    } catch {
      return error.reason == "NotFound" ? .gone : .open
    }
  }

  /// Whether another namespace of that name belongs to the same lesson.
  static func isOpen(_ name: String, for place: LessonPlace) async -> Bool {
    guard let found = try? await place.client.get(Namespace.self, name) else { return false }
    return standing(found, place.owner) == .open
  }

  /// Makes the namespace again, empty, where it was deleted.
  func restore() async throws(StatusError) {
    for _ in 0..<600 {
      switch await standing() {
      case .open: return
      case .taken:
        throw StatusError.alreadyExists(Namespace.resource.plural, namespace)
      case .gone:
        do throws(StatusError) {
          _ = try await client.create(Self.namespace(namespace, owner, token: commands.variables.token))
          return await waitForServiceAccount()
        } catch {
          if error.reason != "AlreadyExists" { throw error }
        }
      }
      try? await Task.sleep(for: .milliseconds(50))
    }
    throw StatusError.internalError("the old namespace \(namespace) does not go away")
  }

  private static func standing(_ found: Namespace, _ owner: String) -> Standing {
    if found.metadata.labels[label] != owner { return .taken }
    return found.metadata.deletionTimestamp == nil ? .open : .gone
  }

  private static func namespace(_ name: String, _ owner: String, token: String) -> Namespace {
    var namespace = Namespace()
    namespace.metadata.name = name
    namespace.metadata.labels = security.merging([label: owner]) { $1 }
    namespace.metadata.annotations = [tokenMark: token]
    return namespace
  }
}
