/// Content types by the ending of a file's name, for servers whose configuration does not list them.
enum ContentTypes {
  static func forFile(_ name: String) -> String? {
    guard let dot = name.lastIndex(of: ".") else { return nil }
    return common[name[name.index(after: dot)...].lowercased()]
  }

  private static let common = [
    "css": "text/css", "csv": "text/csv", "gif": "image/gif", "htm": "text/html", "html": "text/html",
    "ico": "image/x-icon", "jpeg": "image/jpeg", "jpg": "image/jpeg", "js": "application/javascript",
    "json": "application/json", "log": "text/plain", "md": "text/markdown", "pdf": "application/pdf",
    "png": "image/png", "svg": "image/svg+xml", "txt": "text/plain", "wasm": "application/wasm",
    "webp": "image/webp", "xml": "text/xml", "zip": "application/zip",
  ]
}
