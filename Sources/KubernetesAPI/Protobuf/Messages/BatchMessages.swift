extension MessageTable {
  /// The messages of the group `batch`.
  static let batch = MessageTable(
    """
    Job: metadata spec status
    JobCondition: type+ status+ lastProbeTime lastTransitionTime reason message
    JobSpec: parallelism+ completions+ activeDeadlineSeconds+ selector manualSelector+ template backoffLimit+
      ttlSecondsAfterFinished+ completionMode+ suspend+ podFailurePolicy backoffLimitPerIndex+ maxFailedIndexes+
      podReplacementPolicy+ managedBy+ successPolicy
    JobStatus: conditions startTime completionTime active succeeded failed completedIndexes uncountedTerminatedPods
      ready+ failedIndexes+ terminating+
    PodFailurePolicy: rules
    PodFailurePolicyOnExitCodesRequirement: containerName+ operator+ values
    PodFailurePolicyOnPodConditionsPattern: type+ status+
    PodFailurePolicyRule: action+ onExitCodes onPodConditions
    SuccessPolicy: rules
    SuccessPolicyRule: succeededIndexes+ succeededCount+
    UncountedTerminatedPods: succeeded failed
    """)
}
