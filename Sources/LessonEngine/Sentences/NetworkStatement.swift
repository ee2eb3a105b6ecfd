internal import KubernetesAPI

/// What answers at a port of a pod.
struct NetworkStatement: Statement {
  enum Claim: Sendable, Equatable {
    case answers(path: String, status: Int, text: String?)
    case accepts
    case refuses
  }

  var pod: String?
  var port: UInt16
  var claim: Claim

  static let forms: [Grammar.Form] = [
    Grammar.Form("get", "GET {url} answers {status} [and contains {text}]") { holes throws(SentenceError) in
      let target = try WebTarget(holes["url"])
      return NetworkStatement(
        pod: target.pod, port: target.port,
        claim: .answers(path: target.path, status: try holes.number("status"), text: holes.texts["text"]))
    },
    Grammar.Form("port-accepts", "port {port} of pod {pod} accepts connections") { holes throws(SentenceError) in
      NetworkStatement(pod: holes["pod"], port: try port(holes), claim: .accepts)
    },
    Grammar.Form("port-refuses", "port {port} of pod {pod} refuses connections") { holes throws(SentenceError) in
      NetworkStatement(pod: holes["pod"], port: try port(holes), claim: .refuses)
    },
  ]

  private static func port(_ holes: Grammar.Holes) throws(SentenceError) -> UInt16 {
    guard let port = UInt16(holes["port"]), port > 0 else {
      throw SentenceError(description: "\"\(holes["port"])\" is not a port: expected 1 to 65535")
    }
    return port
  }

  var needs: Capability { .http }

  func judge(_ observation: Observation) async -> Finding {
    let name = pod ?? ""
    guard let pod = observation.pod(name) else {
      return .missing(.pod, name, expected: expected, observation)
    }
    let look = "kubectl port-forward \(name) :\(port)"
    guard case .answers(let path, let status, let text) = claim else {
      return await observation.inquiry.connect(pod: pod, port: port)
        .finding(expected: expected, look: look) { isOpen in
          .of(
            isOpen == (claim == .accepts), expected: expected,
            found: isOpen ? "port \(port) takes connections" : "connections to port \(port) are refused", look: look)
        }
    }
    return await observation.inquiry.request(path, pod: pod, port: port).finding(expected: expected, look: look) {
      let hasText = text.map($0.body.contains) ?? true
      return .of(
        $0.status == status && hasText, expected: expected,
        found: "status \($0.status)" + (hasText || $0.status != status ? "" : " without \"\(text ?? "")\""),
        because: $0.body.isEmpty ? nil : "it says \"\(TextGist.firstLine($0.body))\"", look: look)
    }
  }

  var expected: String {
    switch claim {
    case .answers(let path, let status, let text):
      "GET \(path) at port \(port) answers \(status)" + (text.map { " with \"\($0)\"" } ?? "")
    case .accepts: "port \(port) takes connections"
    case .refuses: "nothing takes connections at port \(port)"
    }
  }
}

/// `http://pod/web:8080/healthy`.
private struct WebTarget {
  var pod: String
  var port: UInt16
  var path: String

  init(_ url: String) throws(SentenceError) {
    let expected = "expected one like http://pod/NAME:PORT/PATH"
    let start = "http://pod/"
    guard url.hasPrefix(start) else { throw SentenceError(description: "\"\(url)\" is no address: \(expected)") }
    let rest = url.dropFirst(start.count)
    let place = rest.prefix { $0 != "/" }
    let parts = place.split(separator: ":", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), !parts[0].isEmpty, let port = parts.count == 2 ? UInt16(parts[1]) : 80,
      port > 0
    else { throw SentenceError(description: "\"\(url)\" names no pod and port: \(expected)") }
    pod = String(parts[0])
    self.port = port
    path = rest.count > place.count ? String(rest.dropFirst(place.count)) : "/"
  }
}
