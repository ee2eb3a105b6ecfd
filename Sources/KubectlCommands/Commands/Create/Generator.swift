internal import Documents
internal import KubernetesAPI

/// What the generators of `kubectl create` have in common: one name, an object from a few flags, one line about it.
enum Generator {
  static let flags: [FlagRow] =
    [SharedFlags.dryRun.row, SharedFlags.saveConfig.row, SharedFlags.validate.row, Create.fieldManager.row]
    + SharedFlags.objectOutput

  /// The one name in front of `--`.
  static func name(_ invocation: Invocation) throws -> String {
    let count = invocation.argumentsBeforeDashes ?? invocation.arguments.count
    guard count == 1 else { throw Failure("exactly one NAME is required, got \(count)", helpFor: invocation.path) }
    return invocation.arguments[0]
  }

  /// The words behind `--`.
  static func words(_ invocation: Invocation) -> Document {
    .list(invocation.arguments.dropFirst(invocation.argumentsBeforeDashes ?? 1).map { .string($0) })
  }

  static func metadata(_ name: String, _ invocation: Invocation, labels: Document? = nil) -> Document {
    var metadata: Document = ["creationTimestamp": .null, "name": .string(name)]
    if invocation.isNamespaceGiven { metadata["namespace"] = .string(invocation.namespace) }
    if let labels { metadata["labels"] = labels }
    return metadata
  }

  /// - Parameter attempt: What a refusal is told behind, such as `failed to create job:`.
  static func create(_ object: Document, _ invocation: Invocation, attempt: String?) async throws -> Int32 {
    let apiVersion = object["apiVersion"]?.stringValue ?? ""
    let name = object["kind"]?.stringValue ?? ""
    guard let kind = try await invocation.discovery.find(apiVersion: apiVersion, kind: name) else {
      throw Failure("no matches for kind \"\(name)\" in version \"\(apiVersion)\"")
    }
    var creation = try Creation(
      invocation, dryRun: try await DryRun(invocation), validation: try validation(invocation),
      manager: invocation[Create.fieldManager])
    creation.isGenerated = true
    do {
      try await creation.create(object, kind, kind.isNamespaced ? invocation.namespace : nil)
    } catch let error as StatusError where attempt != nil && !error.isConnectionFailure {
      throw Failure("\(attempt ?? "") \(error.message)")
    }
    return 0
  }

  /// What is generated has no field that the server could complain of, so the default asks for nothing.
  private static func validation(_ invocation: Invocation) throws -> String? {
    invocation.isGiven(SharedFlags.validate) ? try invocation.fieldValidation() : nil
  }
}

/// `kubectl create namespace`.
enum CreateNamespace {
  static let command = Command(
    name: "namespace", aliases: ["ns"],
    summary: "Create a namespace with the specified name",
    examples: [Example("A room of one's own", "kubectl create namespace try")],
    usage: "create namespace NAME [options]",
    flags: Generator.flags,
    run: { invocation in
      let object: Document = [
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": ["creationTimestamp": .null, "name": .string(try Generator.name(invocation))],
        "spec": [:], "status": [:],
      ]
      return try await Generator.create(object, invocation, attempt: nil)
    })
}

/// `kubectl create serviceaccount`.
enum CreateServiceAccount {
  static let command = Command(
    name: "serviceaccount", aliases: ["sa"],
    summary: "Create a service account with the specified name",
    examples: [Example("An identity for a program", "kubectl create serviceaccount robot")],
    usage: "create serviceaccount NAME [--dry-run=server|client|none] [options]",
    flags: Generator.flags,
    run: { invocation in
      let object: Document = [
        "apiVersion": "v1", "kind": "ServiceAccount",
        "metadata": Generator.metadata(try Generator.name(invocation), invocation),
      ]
      return try await Generator.create(object, invocation, attempt: "failed to create serviceaccount:")
    })
}

/// `kubectl create token`: a proof that its bearer is a service account.
enum CreateToken {
  static let audience = Flag.texts("audience", "Whom the token is meant for; may be given several times.")
  static let duration = Flag.duration("duration", "How long the token holds; 0 leaves it to the server.")

  static let command = Command(
    name: "token",
    summary: "Request a service account token",
    examples: [Example("Ten minutes as robot", "kubectl create token robot --duration=10m")],
    usage: "create token SERVICE_ACCOUNT_NAME [options]",
    flags: [audience.row, duration.row] + SharedFlags.objectOutput,
    run: { invocation in
      let name = try Generator.name(invocation)
      var spec: Document = ["audiences": .list(invocation[audience].map { .string($0) })]
      if invocation[duration] != .zero { spec["expirationSeconds"] = .integer(invocation[duration].components.seconds) }
      let request: Document = ["apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec]
      let account = ResourceKind(ServiceAccount.resource)
      do {
        let answer = try await invocation.calls.send(
          "POST", account.path(namespace: invocation.namespace, name: name, subresource: "token"), body: request.json())
        if var printer = try invocation.objectPrinter() {
          try await invocation.io.print(try printer.text(answer))
        } else {
          try await invocation.io.print((answer["status"]?["token"]?.stringValue ?? "") + "\n")
        }
      } catch let error as StatusError where !error.isConnectionFailure && error.isNotFound {
        throw Failure("failed to create token: \(error.message)")
      }
      return 0
    })
}
