extension MessageTable {
  /// The messages of the group `apps`.
  static let apps = MessageTable(
    """
    DaemonSet: metadata spec status
    DaemonSetCondition: type+ status+ lastTransitionTime reason message
    DaemonSetSpec: selector template updateStrategy minReadySeconds 6=revisionHistoryLimit+
    DaemonSetStatus: currentNumberScheduled+ numberMisscheduled+ desiredNumberScheduled+ numberReady+
      observedGeneration updatedNumberScheduled numberAvailable numberUnavailable collisionCount+ conditions
    DaemonSetUpdateStrategy: type rollingUpdate
    Deployment: metadata spec status
    DeploymentCondition: type+ status+ 4=reason message lastUpdateTime lastTransitionTime
    DeploymentSpec: replicas+ selector template strategy minReadySeconds revisionHistoryLimit+ paused
      9=progressDeadlineSeconds+
    DeploymentStatus: observedGeneration replicas updatedReplicas availableReplicas unavailableReplicas conditions
      readyReplicas collisionCount+ terminatingReplicas+
    DeploymentStrategy: type rollingUpdate
    ReplicaSet: metadata spec status
    ReplicaSetCondition: type+ status+ lastTransitionTime reason message
    ReplicaSetSpec: replicas+ selector template minReadySeconds
    ReplicaSetStatus: replicas+ fullyLabeledReplicas observedGeneration readyReplicas availableReplicas conditions
      terminatingReplicas+
    RollingUpdateDaemonSet: maxUnavailable maxSurge
    RollingUpdateDeployment: maxUnavailable maxSurge
    """)
}
