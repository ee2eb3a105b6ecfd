internal import Documents
internal import SystemIO

/// `kubectl create secret`.
enum CreateSecret {
  static let type = Flag.text("type", "What the secret is for, such as kubernetes.io/basic-auth.")
  static let server = Flag.text(
    "docker-server", default: "https://index.docker.io/v1/", "The registry that the login is for.")
  static let username = Flag.text("docker-username", "Whose login it is.")
  static let password = Flag.text("docker-password", "The password of the login.")
  static let email = Flag.text("docker-email", "The address that belongs to the login.")
  static let certificate = Flag.text("cert", values: .file, "A file with the certificate, as PEM.")
  static let key = Flag.text("key", values: .file, "A file with the certificate's key, as PEM.")

  static let command = Command(
    name: "secret",
    summary: "Create a secret using a specified subcommand",
    details: ["What is in a secret is kept out of sight, not encrypted."],
    usage: "create secret (docker-registry | generic | tls) [options]",
    subcommands: [dockerRegistry, generic, tls])

  private static let generic = Command(
    name: "generic",
    summary: "Create a secret from a local file, directory, or literal value",
    examples: [Example("A password", "kubectl create secret generic door --from-literal=password=s3cret")],
    usage:
      "create secret generic NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none] [options]",
    flags: [type.row] + KeyedSources.flags + Generator.flags,
    run: { invocation in
      let name = try Generator.name(invocation)
      return try await create(
        name, try KeyedSources(.secret, name: name, invocation).entries, type: invocation[type], invocation)
    })

  private static let dockerRegistry = Command(
    name: "docker-registry",
    summary: "Create a secret for use with a Docker registry",
    examples: [
      Example(
        "A login for a registry",
        "kubectl create secret docker-registry login --docker-server=registry.example --docker-username=me --docker-password=s3cret"
      )
    ],
    usage:
      "create secret docker-registry NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string] [--from-file=[key=]source] [--dry-run=server|client|none] [options]",
    flags: [
      server.row, username.row, password.row, email.row, KeyedSources.files.row,
    ] + Generator.flags,
    run: { invocation in
      let name = try Generator.name(invocation)
      if invocation.isGiven(KeyedSources.files) {
        let files = try KeyedSources(.secret, name: name, invocation).entries
        return try await create(name, files, type: "kubernetes.io/dockerconfigjson", invocation)
      }
      if invocation[username].isEmpty || invocation[password].isEmpty || invocation[server].isEmpty {
        throw Failure(
          "either --from-file or the combination of --docker-username, --docker-password and --docker-server is required"
        )
      }
      let proof = Base64.encode(Array("\(invocation[username]):\(invocation[password])".utf8))
      var login: Document = ["username": .string(invocation[username]), "password": .string(invocation[password])]
      if !invocation[email].isEmpty { login["email"] = .string(invocation[email]) }
      login["auth"] = .string(proof)
      let logins: Document = ["auths": .map(DocumentMap([(invocation[server], login)]))]
      return try await create(
        name, [(".dockerconfigjson", logins.json())], type: "kubernetes.io/dockerconfigjson", invocation)
    })

  private static let tls = Command(
    name: "tls",
    summary: "Create a TLS secret",
    examples: [Example("From two files", "kubectl create secret tls web --cert=tls.crt --key=tls.key")],
    usage:
      "create secret tls NAME --cert=path/to/cert/file --key=path/to/key/file [--dry-run=server|client|none] [options]",
    flags: [certificate.row, key.row] + Generator.flags,
    run: { invocation in
      let name = try Generator.name(invocation)
      if invocation[key].isEmpty || invocation[certificate].isEmpty {
        throw Failure("key and cert must be specified")
      }
      func file(_ path: String) throws -> [UInt8] {
        let place = try invocation.context.place(path)
        do throws(SystemCallError) {
          return try Files.read(place)
        } catch {
          throw Failure("Cannot read file \(path), open \(path): \(error.reason.lowercased())")
        }
      }
      let entries = [
        (key: "tls.crt", value: try file(invocation[certificate])), (key: "tls.key", value: try file(invocation[key])),
      ]
      return try await create(name, entries, type: "kubernetes.io/tls", invocation)
    })

  private static func create(
    _ name: String, _ entries: [(key: String, value: [UInt8])], type: String, _ invocation: Invocation
  ) async throws -> Int32 {
    var object: Document = ["apiVersion": "v1", "kind": "Secret", "metadata": Generator.metadata(name, invocation)]
    let data = DocumentMap(entries.map { ($0.key, .string(Base64.encode($0.value))) })
    if !data.isEmpty { object["data"] = .map(data) }
    if !type.isEmpty { object["type"] = .string(type) }
    return try await Generator.create(object, invocation, attempt: "failed to create secret")
  }
}
