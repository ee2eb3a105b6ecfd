import Documents
import KubernetesAPI
import Testing

struct AuthorizationTests {
  private static let nobody = UserInfo(name: "nobody", groups: ["system:authenticated"])

  @Test func strangersMayDoNothing() async throws {
    let cluster = try await Cluster()
    let refused = try await cluster.call("GET", "/api/v1/namespaces/errs/pods", expecting: 403, user: Self.nobody)
    #expect(
      refused["message"]
        == #"pods is forbidden: User "nobody" cannot list resource "pods" in API group "" in the namespace "errs""#)
    #expect(refused["details"] == ["kind": "pods"])
    let node = try await cluster.call("DELETE", "/api/v1/nodes/a", expecting: 403, user: Self.nobody)
    #expect(
      node["message"]
        == #"nodes "a" is forbidden: User "nobody" cannot delete resource "nodes" in API group "" at the cluster scope"#
    )
    // What is not served is not told to strangers either.
    let unknown = try await cluster.call(
      "POST", "/apis/acme.com/v1/namespaces/a/rockets/x/launch", expecting: 403, user: Self.nobody)
    #expect(
      unknown["message"]
        == #"rockets.acme.com "x" is forbidden: User "nobody" cannot create resource "rockets/launch" in API group "acme.com" in the namespace "a""#
    )
    try await cluster.call("GET", "/api", user: Self.nobody)
    try await cluster.call("GET", "/openapi/v3", user: Self.nobody)
  }

  @Test(arguments: [
    "system:kube-scheduler", "system:node:podium", "system:serviceaccount:kube-system:namespace-controller",
  ])
  func componentsMay(name: String) async throws {
    let cluster = try await Cluster()
    try await cluster.call("GET", Cluster.pods, user: UserInfo(name: name, groups: []))
  }

  @Test(arguments: [
    "system:serviceaccount:kube-system:default", "system:serviceaccount:default:namespace-controller",
    "system:serviceaccount:default:default", "system:kube",
  ])
  func otherAccountsMayNot(name: String) async throws {
    let cluster = try await Cluster()
    try await cluster.call(
      "GET", Cluster.pods, expecting: 403, user: UserInfo(name: name, groups: [UserInfo.allAuthenticated]))
  }

  @Test func whoDoesNotSayWhoTheyAreSeesWhetherTheServerIsWell() async throws {
    let cluster = try await Cluster()
    for path in ["/healthz", "/livez", "/readyz", "/version"] {
      #expect(try await cluster.send("GET", path, user: .anonymous).status == 200)
    }
    let root = try await cluster.call("GET", "/", expecting: 403, user: .anonymous)
    #expect(root["message"] == #"forbidden: User "system:anonymous" cannot get path "/""#)
    #expect(root["details"] == [:])
    let discovery = try await cluster.call("GET", "/apis", expecting: 403, user: .anonymous)
    #expect(discovery["message"] == #"forbidden: User "system:anonymous" cannot get path "/apis""#)
    let group = try await cluster.call("GET", "/api/v1", expecting: 403, user: .anonymous)
    #expect(group["message"] == #"forbidden: User "system:anonymous" cannot get path "/api/v1""#)
    let pods = try await cluster.call("GET", "/api/v1/pods", expecting: 403, user: .anonymous)
    #expect(
      pods["message"]
        == #"pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope"#
    )
  }

  // MARK: Speaking as somebody else

  private func whoAmI(_ cluster: Cluster, _ headers: HTTPHeaders, user: UserInfo = .admin) async throws -> Document {
    var request = APIRequest(
      "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", headers: headers,
      body: Array(#"{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}"#.utf8), user: user)
    request.headers["Content-Type"] = "application/json"
    guard case .bytes(let bytes) = try await cluster.server.send(request).body else { return .null }
    return try Document.parse(json: bytes)
  }

  @Test func administratorsMaySpeakAsOthers() async throws {
    let cluster = try await Cluster()
    let me = try await whoAmI(cluster, [:])
    #expect(
      me["status"]?["userInfo"]
        == ["username": "kubernetes-admin", "groups": ["kubeadm:cluster-admins", "system:authenticated"]])
    let she = try await whoAmI(
      cluster,
      [
        "Impersonate-User": "jane", "impersonate-group": "dev", "Impersonate-Uid": "7",
        "Impersonate-Extra-Acme.com%2fProject": "x",
      ])
    #expect(
      she["status"]?["userInfo"]
        == [
          "username": "jane", "uid": "7", "groups": ["dev", "system:authenticated"],
          "extra": ["acme.com/project": ["x"]],
        ])
    let account = try await whoAmI(cluster, ["Impersonate-User": "system:serviceaccount:a:b"])
    #expect(
      account["status"]?["userInfo"]?["groups"]
        == ["system:serviceaccounts", "system:serviceaccounts:a", "system:authenticated"])
    let anonymous = try await whoAmI(cluster, ["Impersonate-User": "system:anonymous"])
    #expect(
      anonymous["message"]
        == #"selfsubjectreviews.authentication.k8s.io is forbidden: User "system:anonymous" cannot create resource "selfsubjectreviews" in API group "authentication.k8s.io" at the cluster scope"#
    )
    let noUser = try await whoAmI(cluster, ["Impersonate-Group": "dev"])
    #expect(
      noUser["message"] == "Internal error occurred: requested [{Group  dev    }] without impersonating a user")
  }

  @Test func othersMaySpeakAsThemselvesOnly() async throws {
    let cluster = try await Cluster()
    let refusals: [(HTTPHeaders, String)] = [
      (
        ["Impersonate-User": "jane"],
        #"users "jane" is forbidden: User "nobody" cannot impersonate resource "users" in API group "" at the cluster scope"#
      ),
      (
        ["Impersonate-User": "system:serviceaccount:a:b"],
        #"serviceaccounts "b" is forbidden: User "nobody" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "a""#
      ),
    ]
    for (headers, message) in refusals {
      #expect(try await whoAmI(cluster, headers, user: Self.nobody)["message"]?.stringValue == message)
    }
  }

  // MARK: Questions

  private static let reviews = "/apis/authorization.k8s.io/v1"

  private func mayI(_ cluster: Cluster, _ attributes: String, user: UserInfo) async throws -> Document? {
    try await cluster.call(
      "POST", Self.reviews + "/selfsubjectaccessreviews",
      #"{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{\#(attributes)}}"#,
      expecting: 201, user: user)["status"]
  }

  @Test func everybodyMayAskWhatTheyMay() async throws {
    let cluster = try await Cluster()
    let list = #""resourceAttributes":{"verb":"list","resource":"pods","namespace":"default"}"#
    #expect(try await mayI(cluster, list, user: .admin)?["allowed"] == true)
    #expect(try await mayI(cluster, list, user: Self.nobody) == ["allowed": false])
    let path = #""nonResourceAttributes":{"verb":"get","path":"/apis/apps"}"#
    #expect(
      try await mayI(cluster, path, user: Self.nobody)
        == [
          "allowed": true,
          "reason": #"allowed by the built-in role "system:discovery" to group "system:authenticated""#,
        ])
  }

  @Test func administratorsMayAskAboutOthers() async throws {
    let cluster = try await Cluster()
    let spec =
      #""spec":{"user":"system:node:a","resourceAttributes":{"verb":"get","resource":"pods","namespace":"a"}}"#
    let answer = try await cluster.call(
      "POST", Self.reviews + "/subjectaccessreviews", "{\(spec)}", expecting: 201)
    #expect(answer["status"]?["allowed"] == true && answer["kind"] == "SubjectAccessReview")
    let local = try await cluster.call(
      "POST", Self.reviews + "/namespaces/a/localsubjectaccessreviews", #"{"metadata":{"namespace":"a"},\#(spec)}"#,
      expecting: 201)
    #expect(local["status"]?["allowed"] == true)
    #expect(
      try await cluster.refusal(
        "POST", Self.reviews + "/namespaces/b/localsubjectaccessreviews", #"{"metadata":{"namespace":"a"},\#(spec)}"#,
        expecting: 400) == "spec.resourceAttributes.namespace must match namespace: b")
    try await cluster.call(
      "POST", Self.reviews + "/subjectaccessreviews", "{\(spec)}", expecting: 403, user: Self.nobody)
  }

  @Test(arguments: [
    (
      "{}",
      "spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified"
    ),
    (
      #"{"resourceAttributes":{},"nonResourceAttributes":{"path":"/"}}"#,
      #"spec.nonResourceAttributes: Invalid value: {"path":"/"}: cannot be specified in combination with resourceAttributes"#
    ),
  ])
  func unclearQuestionsAreRefused(spec: String, why: String) async throws {
    let cluster = try await Cluster()
    let message = try await cluster.refusal(
      "POST", Self.reviews + "/selfsubjectaccessreviews", #"{"spec":\#(spec)}"#, expecting: 422)
    #expect(message == "SelfSubjectAccessReview.authorization.k8s.io \"\" is invalid: " + why)
  }

  @Test func rulesAreListed() async throws {
    let cluster = try await Cluster()
    func rules(_ user: UserInfo) async throws -> Document? {
      try await cluster.call(
        "POST", Self.reviews + "/selfsubjectrulesreviews", #"{"spec":{"namespace":"default"}}"#, expecting: 201,
        user: user)["status"]
    }
    let all = try await rules(.admin)
    #expect(all?["resourceRules"]?.listValue?.first == ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]])
    #expect(all?["incomplete"] == false)
    let few = try await rules(.serviceAccount("default", namespace: "default"))
    #expect(few?["resourceRules"]?.listValue?.count == 2)
    #expect(few?["resourceRules"]?.listValue?.allSatisfy { $0["verbs"] == ["create"] } == true)
    #expect(
      try await cluster.refusal("POST", Self.reviews + "/selfsubjectrulesreviews", "{}", expecting: 400)
        == "no namespace on request")
  }

  @Test func questionsAreNotKept() async throws {
    let cluster = try await Cluster()
    for target in ["selfsubjectaccessreviews", "subjectaccessreviews/x"] {
      #expect(
        try await cluster.refusal("GET", "\(Self.reviews)/\(target)", expecting: 405)
          == "the server does not allow this method on the requested resource")
    }
    let kinds = try await cluster.call("GET", Self.reviews)["resources"]?.listValue ?? []
    #expect(
      kinds.compactMap { $0["name"]?.stringValue } == [
        "localsubjectaccessreviews", "selfsubjectaccessreviews", "selfsubjectrulesreviews", "subjectaccessreviews",
      ])
    #expect(kinds.allSatisfy { $0["verbs"] == ["create"] })
  }
}
