internal import Documents
internal import KubernetesAPI
internal import SystemIO

/// The subcommands of `kubectl config` about clusters and users.
enum ConfigEntries {
  // MARK: Listing

  static let getClustersCommand = Command(
    name: "get-clusters", summary: "Display clusters defined in the kubeconfig",
    examples: [Example("All clusters", "kubectl config get-clusters")],
    usage: "config get-clusters [options]", isOffline: true, run: { try await list(.clusters, $0) })

  static let getUsersCommand = Command(
    name: "get-users", summary: "Display users defined in the kubeconfig",
    examples: [Example("All users", "kubectl config get-users")],
    usage: "config get-users [options]", isOffline: true, run: { try await list(.users, $0) })

  private static func list(_ section: ConfigSection, _ invocation: Invocation) async throws -> Int32 {
    let names = try await invocation.configFiles().entries(section).map(\.name)
    try await invocation.io.print((["NAME"] + names).map { $0 + "\n" }.joined())
    return 0
  }

  // MARK: Deleting

  static let deleteClusterCommand = Command(
    name: "delete-cluster", summary: "Delete the specified cluster from the kubeconfig",
    examples: [Example("A cluster that is gone", "kubectl config delete-cluster old")],
    usage: "config delete-cluster NAME [options]", isOffline: true, run: { try await delete(.clusters, $0) })

  static let deleteUserCommand = Command(
    name: "delete-user", summary: "Delete the specified user from the kubeconfig",
    examples: [Example("A user that is gone", "kubectl config delete-user old")],
    usage: "config delete-user NAME [options]", isOffline: true, run: { try await delete(.users, $0) })

  static func delete(_ section: ConfigSection, _ invocation: Invocation) async throws -> Int32 {
    guard invocation.arguments.count == 1, let name = invocation.arguments.first else {
      try await invocation.printPage()
      return 0
    }
    var files = try await invocation.configFiles()
    guard files.entry(section, name) != nil else {
      throw Failure("cannot delete \(section.entryKey) \(name), not in \(files.defaultPath)")
    }
    files.set(section, name, nil)
    return try await invocation.write(files, "deleted \(section.entryKey) \(name) from \(files.defaultPath)")
  }

  // MARK: Setting

  static let embed = Flag.boolean("embed-certs", "Put the contents of the named files into the configuration.")
  static let proxy = Flag.text("proxy-url", "Reach the cluster through this proxy.")
  static let username = Flag.text("username", "The name for basic authentication.")
  static let password = Flag.text("password", "The password for basic authentication.")
  static let execCommand = Flag.text("exec-command", "A program that gives the credentials.")
  static let execVersion = Flag.text("exec-api-version", "The version of what that program prints.")
  static let execArguments = Flag.texts("exec-arg", "An argument of that program; may be given several times.")
  static let execEnvironment = Flag.texts(
    "exec-env", "A variable NAME=VALUE for that program, or NAME- to take one away; may be given several times.")

  static let setClusterCommand = Command(
    name: "set-cluster", summary: "Set a cluster entry in kubeconfig",
    details: ["What is not given stays as it is."],
    examples: [
      Example("Where it is", "kubectl config set-cluster lab --server=https://127.0.0.1:6443"),
      Example("Whom to trust", "kubectl config set-cluster lab --certificate-authority=ca.crt --embed-certs"),
    ],
    usage:
      "config set-cluster NAME [--server=server] [--certificate-authority=path/to/certificate/authority] [--insecure-skip-tls-verify=true] [--tls-server-name=example.com] [options]",
    flags: [embed.row, proxy.row], isOffline: true, run: setCluster)

  private static func setCluster(_ invocation: Invocation) async throws -> Int32 {
    try await invocation.requireArguments(1)
    let name = invocation.arguments[0]
    let authority = invocation[SharedFlags.certificateAuthority]
    if !authority.isEmpty, invocation[SharedFlags.skipsVerification] {
      throw Failure("you cannot specify a certificate authority and insecure mode at the same time")
    }
    if invocation[embed], authority.isEmpty {
      throw Failure("you must specify a --certificate-authority to embed")
    }
    var files = try await invocation.configFiles()
    var cluster: Document = files.entry(.clusters, name) ?? ["server": ""]
    func set(_ flag: Flag<String>, _ key: String) {
      if invocation.isGiven(flag) {
        cluster[key] = invocation[flag].isEmpty && key != "server" ? nil : .string(invocation[flag])
      }
    }
    set(SharedFlags.server, "server")
    set(SharedFlags.serverName, "tls-server-name")
    set(proxy, "proxy-url")
    if invocation.isGiven(SharedFlags.skipsVerification) {
      let skips = invocation[SharedFlags.skipsVerification]
      cluster["insecure-skip-tls-verify"] = skips ? true : nil
      // Whom nobody checks needs no authority.
      if skips {
        cluster["certificate-authority"] = nil
        cluster["certificate-authority-data"] = nil
      }
    }
    if !authority.isEmpty {
      try put(file: authority, "certificate-authority", into: &cluster, files, invocation)
      cluster["insecure-skip-tls-verify"] = nil
    }
    files.set(.clusters, name, cluster)
    return try await invocation.write(files, "Cluster \"\(name)\" set.")
  }

  static let setCredentialsCommand = Command(
    name: "set-credentials", summary: "Set a user entry in kubeconfig",
    details: [
      "What is not given stays as it is. A token and a name with a password exclude each other."
    ],
    examples: [
      Example("A bearer token", "kubectl config set-credentials me --token=secret"),
      Example(
        "A certificate",
        "kubectl config set-credentials me --client-certificate=me.crt --client-key=me.key --embed-certs"),
    ],
    usage:
      "config set-credentials NAME [--client-certificate=path/to/certfile] [--client-key=path/to/keyfile] [--token=bearer_token] [--username=basic_user] [--password=basic_password] [--exec-command=exec_command] [--exec-api-version=exec_api_version] [--exec-arg=arg] [--exec-env=key=value] [options]",
    flags: [
      embed.row, username.row, password.row, execCommand.row, execVersion.row, execArguments.row, execEnvironment.row,
    ],
    isOffline: true, run: setCredentials)

  private static func setCredentials(_ invocation: Invocation) async throws -> Int32 {
    try await invocation.requireArguments(1, complaint: "unexpected args")
    let name = invocation.arguments[0]
    let isBasic = !invocation[username].isEmpty || !invocation[password].isEmpty
    if !invocation[SharedFlags.token].isEmpty, isBasic {
      throw Failure(
        "you cannot specify more than one authentication method at the same time: --token, --username/--password")
    }
    if invocation[embed], invocation[SharedFlags.clientCertificate].isEmpty, invocation[SharedFlags.clientKey].isEmpty {
      throw Failure("you must specify a --client-certificate or --client-key to embed")
    }
    var files = try await invocation.configFiles()
    var user: Document = files.entry(.users, name) ?? [:]
    for (flag, key) in [(SharedFlags.clientCertificate, "client-certificate"), (SharedFlags.clientKey, "client-key")]
    where !invocation[flag].isEmpty { try put(file: invocation[flag], key, into: &user, files, invocation) }
    func set(_ flag: Flag<String>, _ key: String) {
      if invocation.isGiven(flag) { user[key] = invocation[flag].isEmpty ? nil : .string(invocation[flag]) }
    }
    set(SharedFlags.token, "token")
    set(username, "username")
    set(password, "password")
    if !invocation[SharedFlags.token].isEmpty {
      user["username"] = nil
      user["password"] = nil
    }
    if isBasic {
      user["token"] = nil
      user["tokenFile"] = nil
    }
    setProgram(&user, invocation)
    files.set(.users, name, user)
    return try await invocation.write(files, "User \"\(name)\" set.")
  }

  private static func setProgram(_ user: inout Document, _ invocation: Invocation) {
    if invocation.isGiven(execCommand) {
      var program: Document = [
        "args": .null, "command": .string(invocation[execCommand]), "env": .null, "interactiveMode": "IfAvailable",
        "provideClusterInfo": false,
      ]
      program["apiVersion"] = user["exec"]?["apiVersion"]
      for key in ["args", "env", "installHint", "interactiveMode", "provideClusterInfo"] {
        if let known = user["exec"]?[key] { program[key] = known }
      }
      user["exec"] = program
    }
    guard var program = user["exec"] else { return }
    if invocation.isGiven(execVersion) { program["apiVersion"] = .string(invocation[execVersion]) }
    if invocation.isGiven(execArguments) { program["args"] = .list(invocation[execArguments].map { .string($0) }) }
    var variables = program["env"]?.listValue ?? []
    for word in invocation[execEnvironment] {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let key = parts.count == 2 ? parts[0] : String(word.dropLast())
      let position = variables.firstIndex { $0["name"]?.stringValue == key }
      if parts.count == 2 {
        let variable: Document = ["name": .string(key), "value": .string(parts[1])]
        if let position { variables[position] = variable } else { variables.append(variable) }
      } else if let position {
        variables.remove(at: position)
      }
    }
    program["env"] = variables.isEmpty ? .null : .list(variables)
    user["exec"] = program
  }

  /// The file's contents, or its path as seen from the configuration.
  private static func put(
    file path: String, _ key: String, into entry: inout Document, _ files: ConfigFiles, _ invocation: Invocation
  ) throws {
    let whole = path.hasPrefix("/") ? path : invocation.context.workingDirectory + "/" + path
    guard invocation[embed] else {
      entry[key] = .string(files.pathInDefaultFile(whole))
      entry["\(key)-data"] = nil
      return
    }
    do throws(SystemCallError) {
      entry["\(key)-data"] = .string(Base64.encode(try Files.read(whole)))
      entry[key] = nil
    } catch {
      throw Failure("could not read \(key) data from \(path): open \(path): \(error.reason.lowercased())")
    }
  }
}
