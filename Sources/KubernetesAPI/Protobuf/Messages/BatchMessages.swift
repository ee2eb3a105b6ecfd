extension MessageTable {
  /// The messages of the group `batch`, with those of a job's scheduling.
  static let batch = MessageTable(
    """
    Job: metadata spec status
    JobCondition: type+ status+ lastProbeTime lastTransitionTime reason message
    JobSchedulingConfiguration: schedulingPolicy schedulingConstraints disruptionMode resourceClaims
    JobSpec: parallelism+ completions+ activeDeadlineSeconds+ selector manualSelector+ template backoffLimit+
      ttlSecondsAfterFinished+ completionMode+ suspend+ podFailurePolicy backoffLimitPerIndex+ maxFailedIndexes+
      podReplacementPolicy+ managedBy+ successPolicy scheduling
    JobStatus: conditions startTime completionTime active succeeded failed completedIndexes uncountedTerminatedPods
      ready+ failedIndexes+ terminating+
    PodFailurePolicy: rules
    PodFailurePolicyOnExitCodesRequirement: containerName+ operator+ values
    PodFailurePolicyOnPodConditionsPattern: type+ status+
    PodFailurePolicyRule: action+ onExitCodes onPodConditions
    SuccessPolicy: rules
    SuccessPolicyRule: succeededIndexes+ succeededCount+
    TopologyConstraint: key+
    UncountedTerminatedPods: succeeded failed
    WorkloadPodGroupDisruptionMode: single all
    WorkloadPodGroupGangSchedulingPolicy: minCount+
    WorkloadPodGroupResourceClaim: name+ resourceClaimName+ resourceClaimTemplateName+
    WorkloadPodGroupSchedulingConstraints: topology
    WorkloadPodGroupSchedulingPolicy: basic gang
    """)
}
