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
    for number in 1..<100 {
      let name = number == 1 ? wanted : "\(wanted)-\(number)"
      if let namespace = try await claim(name, owner, token: LessonVariables.newToken(), client) { return namespace }
    }
    throw StatusError.internalError("no name like \"\(wanted)\" is free for the lesson's namespace")
  }

  /// Makes the namespace again, empty, where it was deleted.
  func restore() async throws(StatusError) {
    guard try await Self.claim(namespace, owner, token: commands.variables.token, client) != nil else {
      throw StatusError.alreadyExists(Namespace.resource.plural, namespace)
    }
    await waitForServiceAccount()
  }

  /// The lesson's namespace of that name, new where there is none; nil where it is somebody else's.
  private static func claim(
    _ name: String, _ owner: String, token: String, _ client: ClusterClient
  ) async throws(StatusError) -> Namespace? {
    for _ in 0..<600 {
      if let found = try? await client.get(Namespace.self, name) {
        switch standing(found, owner) {
        case .open: return found
        case .taken: return nil
        // It is on its way out: a moment later the name is free.
        case .gone: try? await Task.sleep(for: .milliseconds(50))
        }
        continue
      }
      do throws(StatusError) {
        return try await client.create(namespace(name, owner, token: token))
      } catch {
        if error.reason != "AlreadyExists" { throw error }
      }
    }
    throw StatusError.internalError("the old namespace \(name) does not go away")
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
