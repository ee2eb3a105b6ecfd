import KubernetesAPI
import Testing

@testable import LessonEngine

/// What a hostile pack would try.
@Suite struct ConfinementTests {
  @Test(arguments: [
    ("GET", "/api/v1/namespaces/own/pods", true), ("DELETE", "/api/v1/namespaces/own/pods/web", true),
    ("POST", "/apis/apps/v1/namespaces/own/deployments", true), ("GET", "/api/v1/namespaces/own", true),
    ("GET", "/api", true), ("GET", "/apis/apps/v1", true), ("GET", "/api/v1/nodes", true),
    ("DELETE", "/api/v1/namespaces/own", false), ("GET", "/api/v1/namespaces/other/pods", false),
    ("GET", "/api/v1/pods", false), ("GET", "/api/v1/namespaces", false),
    ("PATCH", "/api/v1/nodes/n", false), ("GET", "/api/v1/nodes/n/proxy/anatomy/other/web", false),
    ("GET", "/api/v1/nodes/n/proxy/anatomy/own/web", true), ("POST", "/api/v1/nodes/n/proxy/anatomy/own/web", false),
    ("GET", "/api/v1/nodes/n/proxy/files/own/web/main", false), ("GET", "/api/v1/nodes/n/proxy/anatomy/own", false),
    ("GET", "/api/v1/namespaces/own/../other/pods", false), ("GET", "/metrics", false),
    ("POST", "/api/v1/namespaces/kube-system/pods", false), ("DELETE", "/apis/apps/v1/deployments", false),
  ])
  func onlyTheOwnNamespaceIsReached(method: String, path: String, isAllowed: Bool) {
    struct Nowhere: APIEndpoint {
      func send(_ request: APIRequest) async throws(StatusError) -> APIResponse { APIResponse() }
    }
    let guarded = NamespaceGuard(endpoint: Nowhere(), namespace: "own")
    #expect(guarded.allows(APIRequest(method, path)) == isAllowed)
  }

  @Test(arguments: [
    ("kubectl get pods", nil), ("k get pods", nil), ("get pods", nil), ("sleep 1.5", nil),
    ("rm -rf /", "a lesson cannot run \"rm\""), ("!ls", "a lesson cannot run"),
    ("kubectl edit pod web", "cannot run \"edit\""), ("kubectl proxy", "cannot run \"proxy\""),
    ("kubectl config view", "cannot run \"config\""), ("kubectl get pods | sh", "have no |"),
    ("kubectl get pods > /etc/passwd", "have no >"), ("kubectl get pods ; ls", "have no ;"),
    ("kubectl logs -f web", "does not end by itself"), ("get pods --watch", "does not end by itself"),
    ("kubectl apply -f web.yaml", nil), ("kubectl attach web", "cannot run \"attach\""),
    ("why pod/web", nil), ("timeline web", nil), ("anatomy web", nil), ("trace -v kubectl run web --image=nginx", nil),
    ("trace", "trace needs a kubectl command"), ("trace trace get pods", "trace needs a kubectl command"),
    ("trace edit pod web", "cannot run \"edit\""), ("trace !id", "cannot run \"!id\""),
    ("sleep for ever", "needs a number"), ("sleep 100000", "needs a number"),
  ])
  func onlyKubectlIsRun(line: String, problem: String?) {
    let found = LessonCommands.problem(line)
    #expect(problem.map { found?.contains($0) == true } ?? (found == nil), "\(found ?? "nothing")")
  }
}
