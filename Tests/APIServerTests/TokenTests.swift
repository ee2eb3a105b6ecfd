import Documents
import KubernetesAPI
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TokenTests {
  private static let issuer: Document = "https://kubernetes.default.svc.cluster.local"
  private static let path = "/api/v1/namespaces/default/serviceaccounts/default/token"

  private func request(
    _ cluster: Cluster, _ spec: String = "{}", sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Document {
    try await cluster.call("POST", Self.path, #"{"spec":\#(spec)}"#, expecting: 201, sourceLocation: sourceLocation)
  }

  private func token(_ cluster: Cluster, _ spec: String = "{}") async throws -> String {
    try await request(cluster, spec)["status"]?["token"]?.stringValue ?? ""
  }

  private func claims(_ token: String) throws -> Document {
    let part = token.split(separator: ".")[1].map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
    let bytes = Base64.decode(String(part) + String(repeating: "=", count: (4 - part.count % 4) % 4))
    return try Document.parse(json: try #require(bytes))
  }

  private func review(_ cluster: Cluster, _ token: String, audiences: String = "[]") async throws -> Document {
    let answer = try await cluster.call(
      "POST", "/apis/authentication.k8s.io/v1/tokenreviews",
      #"{"spec":{"token":"\#(token)","audiences":\#(audiences)}}"#, expecting: 201)
    return answer["status"] ?? .null
  }

  private func bound(_ pod: Document) -> String {
    let uid = pod["metadata"]?["uid"]?.stringValue ?? ""
    return
      #"{"expirationSeconds":3607,"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"a","uid":"\#(uid)"}}"#
  }

  @Test func aTokenSaysWhoseItIs() async throws {
    let cluster = try await Cluster()
    let answer = try await request(cluster)
    #expect(answer["kind"] == "TokenRequest" && answer["apiVersion"] == "authentication.k8s.io/v1")
    #expect(answer["metadata"]?["name"] == "default" && answer["metadata"]?["namespace"] == "default")
    #expect(answer["spec"]?["expirationSeconds"] == 3600 && answer["spec"]?["audiences"] == [Self.issuer])
    #expect(answer["status"]?["expirationTimestamp"] == "2026-11-21T13:00:00Z")
    let claims = try claims(answer["status"]?["token"]?.stringValue ?? "")
    let account = try await cluster.call("GET", "/api/v1/namespaces/default/serviceaccounts/default")
    #expect(claims["iss"] == Self.issuer && claims["aud"] == [Self.issuer])
    #expect(claims["sub"] == "system:serviceaccount:default:default")
    #expect(claims["iat"] == 1_795_262_400 && claims["nbf"] == 1_795_262_400 && claims["exp"] == 1_795_266_000)
    #expect(
      claims["kubernetes.io"] == [
        "namespace": "default", "serviceaccount": ["name": "default", "uid": account["metadata"]?["uid"] ?? .null],
      ])
  }

  @Test func theTokenOfAPodNamesItAndLastsLonger() async throws {
    let cluster = try await Cluster()
    try await cluster.call(
      "POST", "/api/v1/nodes", #"{"metadata":{"name":"podium"}}"#, expecting: 201)
    let pod = try await cluster.createPod("a", node: "podium")
    let answer = try await request(cluster, bound(pod))
    let claims = try claims(answer["status"]?["token"]?.stringValue ?? "")
    #expect(claims["kubernetes.io"]?["pod"]?["uid"] == pod["metadata"]?["uid"])
    #expect(claims["kubernetes.io"]?["node"]?["name"] == "podium")
    #expect(claims["kubernetes.io"]?["node"]?["uid"] != nil)
    // It is to be renewed within the hour, and good for a year.
    #expect(claims["kubernetes.io"]?["warnafter"] == 1_795_266_007)
    #expect(claims["exp"] == .integer(1_795_262_400 + 365 * 86_400))
    #expect(answer["status"]?["expirationTimestamp"] == "2026-11-21T13:00:07Z")
  }

  @Test func tokensAreKnownAgain() async throws {
    let cluster = try await Cluster()
    let pod = try await cluster.createPod("a")
    let token = try await token(cluster, bound(pod))
    let user = try await cluster.server.user(bearing: token)
    #expect(user.name == "system:serviceaccount:default:default")
    #expect(
      user.groups == ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"])
    #expect(user.extra["authentication.kubernetes.io/pod-name"] == ["a"])
    let status = try await review(cluster, token)
    #expect(status["authenticated"] == true && status["audiences"] == [Self.issuer])
    #expect(status["user"]?["username"]?.stringValue == user.name && status["user"]?["uid"]?.stringValue == user.uid)
  }

  @Test func aTokenDiesWithItsPodAndItsAccount() async throws {
    let cluster = try await Cluster()
    let pod = try await cluster.createPod("a")
    let bound = try await token(cluster, bound(pod))
    let free = try await token(cluster)
    try await cluster.call("DELETE", Cluster.pods + "/a")
    #expect(
      try await review(cluster, bound)
        == ["user": [:], "error": "[invalid bearer token, service account token has been invalidated]"])
    #expect(try await review(cluster, free)["authenticated"] == true)
    await #expect(throws: StatusError.unauthorized()) { try await cluster.server.user(bearing: bound) }
    // A pod of the same name is another pod.
    let next = try await cluster.createPod("a")
    #expect(try await review(cluster, bound)["error"]?.stringValue?.contains("does not match") == true)
    #expect(next["metadata"]?["uid"] != pod["metadata"]?["uid"])
    try await cluster.call("DELETE", "/api/v1/namespaces/default/serviceaccounts/default")
    #expect(
      try await review(cluster, free)["error"]
        == #"[invalid bearer token, serviceaccounts "default" not found]"#)
  }

  @Test func aTokenEndsWithItsTime() async throws {
    let cluster = try await Cluster()
    let token = try await token(cluster, #"{"expirationSeconds":600}"#)
    cluster.advance(.seconds(640))
    #expect(try await review(cluster, token)["authenticated"] == true)
    cluster.advance(.seconds(30))
    #expect(
      try await review(cluster, token)["error"] == "[invalid bearer token, service account token has expired]")
  }

  @Test func aTokenIsGoodForItsAudience() async throws {
    let cluster = try await Cluster()
    let token = try await token(cluster, #"{"audiences":["vault","mail"]}"#)
    #expect(
      try await review(cluster, token)["error"]
        == #"[invalid bearer token, token audiences ["vault" "mail"] is invalid for the target audiences ["https://kubernetes.default.svc.cluster.local"]]"#
    )
    let status = try await review(cluster, token, audiences: #"["mail","other"]"#)
    #expect(status["authenticated"] == true && status["audiences"] == ["mail"])
    await #expect(throws: StatusError.unauthorized()) { try await cluster.server.user(bearing: token) }
  }

  @Test func forgedTokensAreNotKnown() async throws {
    let cluster = try await Cluster()
    let token = try await token(cluster)
    var parts = token.split(separator: ".").map(String.init)
    let other = try #require(parts[1].last == "A" ? "B" : "A")
    parts[1] = parts[1].dropLast() + other
    for forged in ["x", "a.b.c", "..", parts.joined(separator: "."), token + "A", "e30.e30.e30"] {
      #expect(try await review(cluster, forged) == ["user": [:], "error": "invalid bearer token"], "\(forged)")
    }
    #expect(
      try await cluster.refusal("POST", "/apis/authentication.k8s.io/v1/tokenreviews", "{}", expecting: 400)
        == "token is required for TokenReview in authentication")
  }

  @Test(arguments: [
    (
      #"{"spec":{"expirationSeconds":599}}"#, 422,
      #"TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes"#
    ),
    (
      #"{"spec":{"expirationSeconds":4294967297}}"#, 422,
      #"TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds"#
    ),
    (
      #"{"metadata":{"name":"other"}}"#, 422,
      #"TokenRequest.authentication.k8s.io "default" is invalid: metadata.name: Invalid value: "other": must match the service account name if specified"#
    ),
    (
      #"{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"none"}}}"#, 404,
      #"pods "none" not found"#
    ),
    (
      #"{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"ConfigMap","name":"x"}}}"#, 400,
      "cannot bind token to object of type /v1, Kind=ConfigMap"
    ),
    (
      #"{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"a","uid":"other"}}}"#, 409,
      #"Operation cannot be fulfilled on Pod "a": the UID in the bound object reference (other) does not match the UID in record. The object might have been deleted and then recreated"#
    ),
    (
      #"{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"b"}}}"#, 400,
      #"cannot bind token for serviceaccount "default" to pod running with different serviceaccount name."#
    ),
  ])
  func wishesThatCannotBeMetAreRefused(body: String, code: Int, message: String) async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("a")
    try await cluster.createAccount("other")
    try await cluster.call(
      "POST", Cluster.pods,
      #"{"metadata":{"name":"b"},"spec":{"serviceAccountName":"other","containers":[{"name":"m","image":"i"}]}}"#,
      expecting: 201)
    #expect(try await cluster.refusal("POST", Self.path, body, expecting: code) == message)
  }

  @Test func othersCanCheckTokensByPublishedKeys() async throws {
    let cluster = try await Cluster()
    let account = UserInfo.serviceAccount("default", namespace: "default")
    let configuration = try await cluster.call("GET", "/.well-known/openid-configuration", user: account)
    #expect(configuration["issuer"] == Self.issuer)
    #expect(configuration["jwks_uri"] == "https://kubernetes.default.svc.cluster.local/openid/v1/jwks")
    let keys = try await cluster.call("GET", "/openid/v1/jwks", user: account)
    #expect(keys["keys"]?.listValue?.first?["kid"] == "test" && keys["keys"]?.listValue?.first?["x"] == "AQID")
    try await cluster.call("GET", "/openid/v1/jwks", expecting: 403, user: .anonymous)
  }
}
