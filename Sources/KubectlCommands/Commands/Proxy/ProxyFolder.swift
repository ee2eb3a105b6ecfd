internal import Glibc
internal import KubernetesAPI
internal import SystemIO

/// A folder of this machine as pages.
struct ProxyFolder: Sendable {
  let path: String

  /// - Parameter place: Below the folder, without a slash in front.
  func answer(_ place: String) -> APIResponse {
    let parts = place.split(separator: "/", omittingEmptySubsequences: true)
    // Nothing outside of the folder is shown, whatever the path says.
    if parts.contains("..") { return .plain(404, "404 page not found\n") }
    let file = ([path] + parts.map(String.init)).joined(separator: "/")
    if Files.isDirectory(file) {
      if !place.isEmpty, !place.hasSuffix("/") { return .redirect(to: (parts.last.map(String.init) ?? "") + "/") }
      if let page = try? Files.read(file + "/index.html") { return Self.page(page, "index.html") }
      return Self.page(Array(list(file).utf8), "list.html")
    }
    guard let bytes = try? Files.read(file) else { return .plain(404, "404 page not found\n") }
    return Self.page(bytes, place)
  }

  private func list(_ folder: String) -> String {
    let names = ((try? Files.list(folder)) ?? []).sorted().map { name in
      Files.isDirectory(folder + "/" + name) ? name + "/" : name
    }
    let rows = names.map { "<a href=\"\(Self.escaped($0))\">\(Self.escaped($0))</a>\n" }.joined()
    return "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n\(rows)</pre>\n"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&#34;")
  }

  private static let types = [
    "css": "text/css; charset=utf-8", "gif": "image/gif", "htm": "text/html; charset=utf-8",
    "html": "text/html; charset=utf-8", "jpeg": "image/jpeg", "jpg": "image/jpeg",
    "js": "text/javascript; charset=utf-8", "json": "application/json", "mjs": "text/javascript; charset=utf-8",
    "pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml", "wasm": "application/wasm",
    "webp": "image/webp", "xml": "text/xml; charset=utf-8",
  ]

  private static func page(_ bytes: [UInt8], _ name: String) -> APIResponse {
    let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
    let isText = String(validating: bytes, as: UTF8.self) != nil
    let type = types[ending] ?? (isText ? "text/plain; charset=utf-8" : "application/octet-stream")
    return APIResponse(status: 200, headers: ["Content-Type": type], body: .bytes(bytes))
  }
}

extension APIResponse {
  static func plain(_ status: Int, _ text: String) -> APIResponse {
    APIResponse(
      status: status, headers: ["Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"],
      body: .bytes(Array(text.utf8)))
  }

  static func redirect(to place: String) -> APIResponse {
    APIResponse(status: 301, headers: ["Location": place], body: .bytes([]))
  }
}
