internal import Documents
internal import ObjectSchema

/// The row of a pod in `kubectl get pods`.
enum PodColumns {
  static var all: [Column<Pod>] {
    [
      .name,
      Column("Ready", "How many of its containers are ready.") { pod, _ in .string(PodSummary(pod).readyText) },
      Column("Status", "What the pod is doing, from its phase and its containers.") { pod, _ in
        .string(PodSummary(pod).status)
      },
      Column("Restarts", "How often its containers were started again, and when last.") { pod, now in
        .string(PodSummary(pod).restartsText(now: now))
      },
      .age,
      Column("IP", wide: true, "Its address.") { pod, _ in .string(pod.status.podIP ?? "<none>") },
      Column("Node", wide: true, "Where it runs.") { pod, _ in .string(pod.spec.nodeName ?? "<none>") },
      Column("Nominated Node", wide: true, "Where it may go once other pods have left.") { pod, _ in
        .string(pod.status.nominatedNodeName ?? "<none>")
      },
      Column("Readiness Gates", wide: true, "How many of its readiness gates are open.") { pod, _ in
        let gates = pod.spec.readinessGates
        if gates.isEmpty { return "<none>" }
        let open = gates.filter { gate in
          pod.status.conditions.contains { $0.type == gate.conditionType && $0.status == "True" }
        }
        return .string("\(open.count)/\(gates.count)")
      },
    ]
  }
}
