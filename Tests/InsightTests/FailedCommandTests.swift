import Testing

@testable import Insight

/// From what a failed command wrote to what its user did not know, and what to type next.
@Suite struct FailedCommandTests {
  struct Case: CustomTestStringConvertible {
    let words: String
    let errors: String
    let statement: String
    var cause: String?
    let next: String
    var exitCode: Int32 = 1

    var testDescription: String { words }
  }

  private static let ofNames: [Case] = [
    Case(
      words: "get pod wbe", errors: "Error from server (NotFound): pods \"wbe\" not found",
      statement: "There is no pod called \"wbe\" in the namespace of the prompt.", next: "kubectl get pods"),
    Case(
      words: "delete deploy web -n x", errors: "Error from server (NotFound): deployments.apps \"web\" not found",
      statement: "There is no deployment called \"web\" in the namespace x.", next: "kubectl get deployments -n x"),
    Case(
      words: "get pdos", errors: "error: the server doesn't have a resource type \"pdos\"",
      statement: "This cluster has no kind of object called \"pdos\".", cause: "a kind with a similar name is pods",
      next: "kubectl get pods"),
    Case(
      words: "run web --image=nginx", errors: "Error from server (AlreadyExists): pods \"web\" already exists",
      statement: "A pod called \"web\" is there already, and create makes new objects only.",
      next: "kubectl get pod web"),
    Case(
      words: "get pods --as=nobody",
      errors:
        "Error from server (Forbidden): pods is forbidden: User \"nobody\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"",
      statement: "The API server knows you as nobody, who may not list pods there.",
      next: "kubectl auth can-i --list"),
  ]

  private static let ofManifests: [Case] = [
    Case(
      words: "apply -f a.yaml", errors: "The Pod \"bad\" is invalid: spec.containers[0].image: Required value",
      statement: "The API server refused the Pod \"bad\"; nothing was stored.",
      cause: "spec.containers[0].image is missing", next: "kubectl explain pod.spec.containers.image"),
    Case(
      words: "apply -f a.yaml",
      errors: "The Pod \"bad\" is invalid: \n* spec.containers[0].volumeMounts[0].name: Not found: \"nope\"\n",
      statement: "The API server refused the Pod \"bad\"; nothing was stored.",
      cause: "spec.containers[0].volumeMounts[0].name names \"nope\", which the manifest does not have",
      next: "kubectl explain pod.spec.containers.volumeMounts.name"),
    Case(
      words: "apply -f a.yaml",
      errors:
        "The Pod \"good\" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`\n  core.PodSpec{",
      statement: "The API server refused the Pod \"good\"; nothing was stored.",
      cause: "spec is fixed once the object exists: of a pod's spec only images and a few limits of time may change",
      next: "kubectl replace --force -f a.yaml"),
    Case(
      words: "apply -f a.yaml",
      errors:
        "Error from server (BadRequest): error when creating \"a.yaml\": Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \"spec.containers[0].imagge\"",
      statement: "The API server could not read the Pod; nothing was stored.",
      cause: "there is no field imagge in spec.containers[0]", next: "kubectl explain pod.spec.containers"),
    Case(
      words: "apply -f a.yaml",
      errors:
        "Error from server (BadRequest): error when creating \"a.yaml\": Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field Container.spec.containers.command of type []string",
      statement: "The API server could not read the Pod; nothing was stored.",
      cause: "spec.containers.command holds a text, and it takes a list of texts: [\"one\", \"two\"]",
      next: "kubectl explain pod.spec.containers.command"),
    Case(
      words: "apply -f tab.yaml",
      errors:
        "error: error parsing tab.yaml: error converting YAML to JSON: yaml: line 4: found character that cannot start any token",
      statement: "tab.yaml is not YAML: look at line 4.", cause: "found character that cannot start any token",
      next: "cat -A tab.yaml"),
    Case(
      words: "apply -f d.yaml",
      errors:
        "error: resource mapping not found for name: \"d\" namespace: \"\" from \"d.yaml\": no matches for kind \"Deployment\" in version \"v1\"\nensure CRDs are installed first",
      statement: "The manifest asks for a Deployment of v1, and the cluster knows no such kind.",
      cause: "Deployment belongs to the apiVersion apps/v1", next: "kubectl api-resources"),
    Case(
      words: "apply -f absent.yaml", errors: "error: the path \"absent.yaml\" does not exist",
      statement: "There is no file absent.yaml.", next: "ls"),
  ]

  private static let ofContainers: [Case] = [
    Case(
      words: "exec web -- nosuch",
      errors:
        "error: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec \"2d\": OCI runtime exec failed: exec failed: unable to start container process: exec: \"nosuch\": executable file not found in $PATH: unknown",
      statement: "The container has no program nosuch.", next: "kubectl exec -it web -- sh"),
    Case(
      words: "exec web -- sh -c nosuch", errors: "sh: nosuch: not found\ncommand terminated with exit code 127",
      statement: "The command ran in the container and ended with exit code 127.",
      cause: "a shell in the container did not find a program that the command names",
      next: "kubectl exec web -- ls /bin /usr/bin", exitCode: 127),
    Case(
      words: "exec web -- sh", errors: "command terminated with exit code 137",
      statement: "The command ran in the container and ended with exit code 137.",
      cause: "it was killed: its container was ended, or used more memory than its limit",
      next: "kubectl get pod web", exitCode: 137),
    Case(
      words: "logs web --previous",
      errors: "Error from server (BadRequest): previous terminated container \"main\" in pod \"web\" not found",
      statement: "The container main has not been restarted: there is no former one whose log could be shown.",
      next: "kubectl logs web -c main"),
    Case(
      words: "exec web -- ls",
      errors: "error: Internal error occurred: unable to upgrade connection: container not found (\"main\")",
      statement: "exec needs a container that runs, and the pod web had none to offer.", next: "kubectl get pod web"),
    Case(
      words: "wait --for=condition=Ready pod/web --timeout=5s",
      errors: "error: timed out waiting for the condition on pods/web",
      statement: "pods/web did not meet condition=Ready within 5s.", next: "kubectl describe pods web"),
  ]

  private static let ofCommands: [Case] = [
    Case(
      words: "exec -t -c db db --sh", errors: "Error: unknown flag: --sh\nSee 'kubectl exec --help' for usage.",
      statement: "kubectl took --sh for a flag of its own.",
      cause: "two dashes and a blank end kubectl's flags; what follows them runs in the container",
      next: "kubectl exec -t -c db db -- sh"),
    Case(
      words: "get pods --al", errors: "Error: unknown flag: --al\nSee 'kubectl get --help' for usage.",
      statement: "get has no flag --al.", next: "kubectl get --help"),
    Case(
      words: "gett",
      errors: "podium: gett: neither a command of the prompt nor a program of this machine; did you mean get?",
      statement: "gett is neither a command of the prompt nor a program of this machine.",
      cause: "a word that is nearly the same is get", next: "get --help", exitCode: 127),
    Case(
      words: "run web", errors: "E1122 run.go:72] \"command failed\" err=\"required flag(s) \\\"image\\\" not set\"",
      statement: "A pod needs an image to run.", next: "kubectl run web --image=nginx"),
    Case(
      words: "-s http://127.0.0.1:1 get pods",
      errors: "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?",
      statement: "Nobody listens at 127.0.0.1:1: no API server runs there.", next: "kubectl config view --minify"),
    Case(
      words: "logs -f web", errors: "Unable to connect to the server: unexpected EOF",
      statement: "The connection broke while the command ran: the API server or the node went away.",
      next: "kubectl logs -f web"),
    Case(
      words: "top pods", errors: "error: something new", statement: "top ended with exit code 1.",
      cause: "something new", next: "kubectl top --help"),
  ]

  @Test(arguments: [ofNames, ofManifests, ofContainers, ofCommands].flatMap(\.self))
  func isExplained(_ one: Case) {
    let failure = FailedCommand(
      words: one.words.split(separator: " ").map(String.init), exitCode: one.exitCode, errors: one.errors)
    let explanation = failure.reading().explanation
    #expect(explanation.statement == one.statement)
    if let cause = one.cause { #expect(explanation.causes.first == cause) }
    #expect(explanation.next.first == one.next)
  }

  @Test func theEndByAKeyIsNoFailureOfAnything() {
    let failure = FailedCommand(words: ["get", "pods", "-w"], exitCode: 130, errors: "")
    #expect(
      failure.reading().explanation.statement == "You ended it with ^C; what it had asked the cluster for goes on.")
  }
}
