import Documents
import ObjectSchema
import SystemIO
import Testing

@testable import KubernetesAPI

/// How a real cluster told what may not change of a pod.
struct GoDifferenceTests {
  private static let golden: [String: String] = {
    let path = String(#filePath[..<#filePath.lastIndex(of: "/")!]) + "/Golden/pod-spec-differences.txt"
    let text = (try? Files.readText(path)) ?? ""
    var sections: [String: String] = [:]
    for section in text.split(separator: "### ") {
      let end = section.firstIndex(of: "\n") ?? section.endIndex
      sections[String(section[..<end])] = String(section[end...].dropFirst())
    }
    return sections
  }()

  /// The pod as the cluster had stored it.
  private static func spec(_ change: (inout PodSpec) -> Void = { _ in }) throws -> PodSpec {
    let yaml = """
      volumes:
      - name: kube-api-access-mcznv
        projected:
          defaultMode: 420
          sources:
          - serviceAccountToken: {expirationSeconds: 3607, path: token}
          - configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}
          - downwardAPI: {items: [{path: namespace, fieldRef: {apiVersion: v1, fieldPath: metadata.namespace}}]}
      containers:
      - name: main
        image: busybox
        command: [sleep, "3600"]
        imagePullPolicy: Always
        terminationMessagePath: /dev/termination-log
        terminationMessagePolicy: File
        resources: {}
        volumeMounts:
        - {name: kube-api-access-mcznv, readOnly: true, mountPath: /var/run/secrets/kubernetes.io/serviceaccount}
      restartPolicy: Always
      terminationGracePeriodSeconds: 1
      dnsPolicy: ClusterFirst
      serviceAccountName: default
      serviceAccount: default
      nodeName: oracle
      securityContext: {}
      schedulerName: default-scheduler
      priority: 0
      preemptionPolicy: PreemptLowerPriority
      enableServiceLinks: true
      tolerations:
      - {key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 300}
      - {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 300}
      """
    let document = try #require(try Document.parse(yaml: Array(yaml.utf8)).first)
    var (spec, report) = PodSpec.decode(document)
    #expect(report.mismatches.isEmpty && report.strictProblems.isEmpty)
    change(&spec)
    return spec
  }

  private static func difference(_ change: (inout PodSpec) -> Void) throws -> String {
    GoDifference.text(ofPodSpec: try spec(change).document(), from: try spec().document())
  }

  @Test func aChangedCommandIsShownInItsPlace() throws {
    let text = try Self.difference { $0.containers[0].command[1] = "100" }
    #expect(text == Self.golden["apply -f change.yaml"])
  }

  @Test func whatAReplacementLeavesOutIsShown() throws {
    let text = try Self.difference { spec in
      spec.volumes = []
      spec.containers[0].command[1] = "100"
      spec.containers[0].volumeMounts = []
      spec.serviceAccountName = nil
      spec.serviceAccount = nil
      spec.nodeName = nil
    }
    #expect(text == Self.golden["replace -f change.yaml"])
  }

  @Test func aChangedTextIsShownBeforeAndAfter() throws {
    let text = try Self.difference { $0.restartPolicy = "Never" }
    #expect(text == Self.golden[#"patch pod good -p {"spec":{"restartPolicy":"Never"}}"#])
  }

  @Test func nothingIsSaidOfEqualSpecs() throws {
    #expect(try Self.difference { _ in } == "")
  }

  @Test func quantitiesAreShownAsTheyAreHeld() throws {
    let text = try Self.difference { $0.containers[0].resources.requests["cpu"] = Quantity("100m") }
    let line = "s\"cpu\": {i: resource.int64Amount{value: 100, scale: -3}, s: \"100m\", Format: \"DecimalSI\"},"
    #expect(text.contains(line), "\(text)")
  }

  @Test func aScriptIsComparedLineByLine() throws {
    let script = "set -e\necho one\necho two\necho three\necho four\n"
    var old = try Self.spec()
    old.containers[0].command = ["sh", "-c", script]
    var new = old
    new.containers[0].command[2] = script.replacing("echo two", with: "echo 2")
    let text = GoDifference.text(ofPodSpec: new.document(), from: old.document())
    let gap = "\u{a0}"
    #expect(
      text.contains(
        """
        \(gap)\(gap)\t\t\t\t(
        \(gap)\(gap)\t\t\t\t\t\"""
        \(gap)\(gap)\t\t\t\t\tset -e
        \(gap)\(gap)\t\t\t\t\techo one
        -\(gap)\t\t\t\t\techo two
        +\(gap)\t\t\t\t\techo 2
        \(gap)\(gap)\t\t\t\t\techo three
        \(gap)\(gap)\t\t\t\t\techo four
        \(gap)\(gap)\t\t\t\t\t\"""
        \(gap)\(gap)\t\t\t\t),
        """), "\(text)")
  }
}
