import Glibc

/// The `$names` that log formats, `return` and `add_header` may use.
struct NginxVariables {
  var request: HTTPRequest?
  var requestLine: String
  var peer: Peer
  var status: Int
  var bodyBytesSent: Int
  var address: ListenAddress
  var root: String

  /// Replaces `$name` and `${name}`; in logs, what could break the line is written as `\xNN`.
  func expanded(_ template: String, escaping: Bool) -> String {
    guard template.utf8.contains(UInt8(ascii: "$")) else { return template }
    var result = ""
    var rest = Array(template.utf8)[...]
    while let byte = rest.first {
      guard byte == UInt8(ascii: "$") else {
        let plain = rest.prefix { $0 != UInt8(ascii: "$") }
        result += String(decoding: plain, as: UTF8.self)
        rest = rest.dropFirst(plain.count)
        continue
      }
      rest = rest.dropFirst()
      let isBraced = rest.first == UInt8(ascii: "{")
      if isBraced { rest = rest.dropFirst() }
      let name = rest.prefix { byte in
        switch byte {
        case 48...57, 65...90, 97...122, 95: true
        default: false
        }
      }
      rest = rest.dropFirst(name.count + (isBraced ? 1 : 0))
      let value = value(of: String(decoding: name, as: UTF8.self))
      if escaping {
        result += value.map(Self.escaped) ?? "-"
      } else {
        result += value ?? ""
      }
    }
    return result
  }

  /// Nil when there is nothing to show, which logs write as a dash.
  private func value(of name: String) -> String? {
    switch name {
    case "remote_addr", "binary_remote_addr": peer.address
    case "remote_port": "\(peer.port)"
    case "remote_user": nil
    case "time_local": CalendarTime.now().commonLog
    case "time_iso8601": CalendarTime.now().iso8601
    case "msec": "\(time(nil)).000"
    case "request": requestLine.isEmpty ? nil : requestLine
    case "request_method": request?.method
    case "request_uri": request?.target
    case "uri", "document_uri": request?.path
    case "args", "query_string": request?.query
    case "is_args": request?.query.isEmpty == false ? "?" : ""
    case "status": "\(status)"
    case "body_bytes_sent", "bytes_sent": "\(bodyBytesSent)"
    case "request_time", "upstream_response_time": "0.000"
    case "host": request?.header("host").map { String($0.prefix { $0 != ":" }) }
    case "hostname": hostName()
    case "server_port": "\(address.port)"
    case "server_addr": address.host ?? "0.0.0.0"
    case "server_name": ""
    case "server_protocol": request.map { $0.isHTTP11 ? "HTTP/1.1" : "HTTP/1.0" }
    case "scheme": "http"
    case "document_root": root
    case "nginx_version": NginxSite.version
    case "pid": "\(getpid())"
    case _ where name.hasPrefix("http_"):
      request?.header(String(name.dropFirst(5).map { $0 == "_" ? "-" : $0 }))
    case _ where name.hasPrefix("arg_"): request.flatMap { HTTPRequest.field(String(name.dropFirst(4)), in: $0.query) }
    default: nil
    }
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" || scalar.value < 32 || scalar.value == 127 {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "\\x" + (digits.count < 2 ? "0" : "") + digits
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
