/// Flags that several commands have, and those that every command has.
enum SharedFlags {
  static let namespace = Flag.text("namespace", short: "n", values: .namespace, "Work in this namespace.")
  static let kubeconfig = Flag.text("kubeconfig", values: .file, "Read clusters and contexts from this file.")
  static let context = Flag.text("context", values: .context, "Use this context of the configuration.")
  static let cluster = Flag.text("cluster", "Use this cluster of the configuration.")
  static let user = Flag.text("user", "Act as this user of the configuration.")
  static let server = Flag.text("server", short: "s", "Talk to the API server at this address.")
  static let token = Flag.text("token", "Show this bearer token to the server.")
  static let certificateAuthority = Flag.text(
    "certificate-authority", values: .file, "Trust servers whose certificate this file's authority has signed.")
  static let clientCertificate = Flag.text("client-certificate", values: .file, "Show this certificate to the server.")
  static let clientKey = Flag.text("client-key", values: .file, "The key of the client certificate.")
  static let skipsVerification = Flag.boolean(
    "insecure-skip-tls-verify", "Do not check who the server is: anybody in between can read along.")
  static let serverName = Flag.text("tls-server-name", "Expect this name in the server's certificate.")
  static let username = Flag.text("username", "")
  static let password = Flag.text("password", "")
  static let requestTimeout = Flag.text(
    "request-timeout", default: "0", "Give up on a single request after this time, such as 5s; 0 waits for ever.")
  static let verbosity = Flag.number(
    "v", short: "v", default: 0, "Tell more about what is done: from 6 on each request, from 8 on what is in it.")
  static let asUser = Flag.text("as", "Do it in the name of this user.")
  static let asGroup = Flag.texts("as-group", "Do it in the name of this group; may be given several times.")
  static let asUID = Flag.text("as-uid", "Do it in the name of the user with this identity.")
  static let warningsAsErrors = Flag.boolean(
    "warnings-as-errors", "Fail when the server has something to remark.")

  /// Understood by every command. Those that would do nothing here are accepted, since scripts give them.
  static let global: [FlagRow] = [
    asUser.row, asGroup.row, asUID.row, certificateAuthority.row, clientCertificate.row, clientKey.row, cluster.row,
    context.row, skipsVerification.row, kubeconfig.row, namespace.row, requestTimeout.row, server.row, serverName.row,
    token.row, user.row, verbosity.row, warningsAsErrors.row,
    hidden(Flag.text("cache-dir", "").row), hidden(Flag.boolean("disable-compression", "").row),
    hidden(Flag.boolean("match-server-version", "").row), hidden(Flag.text("log-flush-frequency", "").row),
    hidden(Flag.text("profile", "").row), hidden(Flag.text("profile-output", "").row),
    hidden(username.row), hidden(password.row),
    hidden(Flag.text("vmodule", "").row),
  ]

  private static func hidden(_ row: FlagRow) -> FlagRow {
    var row = row
    row.isHidden = true
    return row
  }

  // MARK: Which objects

  static let allNamespaces = Flag.boolean("all-namespaces", short: "A", "Look in every namespace.")
  static let selector = Flag.text(
    "selector", short: "l", values: .selector,
    "Only objects whose labels match, such as app=web,tier!=cache or 'app in (a,b)'.")
  static let fieldSelector = Flag.text(
    "field-selector", "Only objects whose fields match, such as status.phase=Running; few fields can be asked for.")
  static let filename = Flag.list(
    "filename", short: "f", values: .file, "A file or folder with manifests, or - for standard input.")
  static let recursive = Flag.boolean("recursive", short: "R", "Go into the folders of a folder given with -f.")
  static let kustomize = Flag.text(
    "kustomize", short: "k", values: .file, "A folder to be built by kustomize; not possible here.")
  static let ignoreNotFound = Flag.boolean("ignore-not-found", "It is no error when the object is not there.")
  static let chunkSize = Flag.number(
    "chunk-size", default: 500, "Ask for long lists in parts of this many; 0 asks at once.")
  static let subresource = Flag.text("subresource", "Work on this part of the object, such as status.")

  // MARK: How it is printed

  static let output = Flag.text(
    "output", short: "o",
    values: .oneOf([
      "json", "yaml", "name", "jsonpath=", "jsonpath-as-json=", "jsonpath-file=", "go-template=", "go-template-file=",
    ]),
    "Print the object in another form: json, yaml, name, jsonpath=TEMPLATE, go-template=TEMPLATE and their -file forms."
  )
  static let allowMissingKeys = Flag.boolean(
    "allow-missing-template-keys", default: true, "Fields that a path names but an object lacks are left out silently.")
  static let template = Flag.text(
    "template", "The template of -o go-template and the like, or the file of -o go-template-file.")
  static let showManagedFields = Flag.boolean(
    "show-managed-fields", "Show who wrote which field, in JSON and YAML.")
  static let noHeaders = Flag.boolean("no-headers", "Leave out the line with the names of the columns.")

  static let objectOutput = [output.row, allowMissingKeys.row, showManagedFields.row, template.row]

  // MARK: How it is changed

  static let dryRun = Flag.text(
    "dry-run", default: "none", bare: "unchanged", values: .oneOf(["none", "client", "server"]),
    "client: only print what would be sent; server: let the server go through it without storing anything.")
  static let validate = Flag.text(
    "validate", default: "strict", bare: "strict", values: .oneOf(["strict", "warn", "ignore"]),
    "What unknown or repeated fields lead to: strict refuses them, warn tells of them, ignore drops them.")
  static let saveConfig = Flag.boolean("save-config", "Remember the manifest in an annotation, as apply does.")
  static let overwrite = Flag.boolean("overwrite", "Existing values may be replaced.")

  static func fieldManager(_ name: String) -> Flag<String> {
    .text("field-manager", default: name, "The name under which the server notes who changed which field.")
  }

  // MARK: How it is deleted

  static let gracePeriod = Flag.number(
    "grace-period", default: -1, "Seconds that the object may take to end; below 0 its own value counts.")
  static let force = Flag.boolean("force", "Remove the object at once, without waiting for its processes to end.")
  static let cascade = Flag.text(
    "cascade", default: "background", bare: "background", values: .oneOf(["background", "foreground", "orphan"]),
    "What happens to the objects that belong to it: background, foreground or orphan.")
  static let timeout = Flag.duration("timeout", "Stop waiting after this time; 0 chooses by the object.")
}

/// Whether a command only plays through what it would do.
enum DryRun {
  case none, client, server

  init(_ invocation: Invocation) async throws {
    switch invocation[SharedFlags.dryRun] {
    case "none": self = .none
    case "client": self = .client
    case "server": self = .server
    case "unchanged":
      let now = invocation.context.now()
      await invocation.io.printError(
        LogLine.text("W", "helpers.go:702", "--dry-run is deprecated and can be replaced with --dry-run=client.", now))
      self = .client
    case let other:
      throw Failure("Invalid dry-run value (\(other)). Must be \"none\", \"server\", or \"client\".")
    }
  }

  /// What results say behind their verb.
  var suffix: String {
    switch self {
    case .none: ""
    case .client: " (dry run)"
    case .server: " (server dry run)"
    }
  }
}
