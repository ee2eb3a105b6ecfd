/// `gcr.io/google-samples/hello-app:2.0`: greets, and says which version and which pod answered.
enum HelloApp {
  static func main(_ arguments: [String]) -> Int32 {
    let port = environmentVariable("PORT") ?? "8080"
    guard let address = ListenAddress(port) else {
      GoServer.log("listen tcp: address \(port): unknown port")
      return 1
    }
    let version = environmentVariable("HELLO_VERSION") ?? "2.0.0"
    GoServer.log("Server listening on port \(port)")
    return GoServer.run(address) { request in
      GoServer.log("Serving request: \(request.path)")
      return GoServer.text("Hello, world!\nVersion: \(version)\nHostname: \(hostName())\n")
    }
  }
}
