// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is compiled under the same strict rules.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let strictC: [CSetting] = [
  .enableWarning("all"),
  .enableWarning("extra"),
  .treatAllWarnings(as: .error),
]

/// With Swift's libraries inside, a program starts noticeably faster, and on machines without a toolchain.
let releaseLinking: [LinkerSetting] = [.unsafeFlags(["-static-stdlib"], .when(configuration: .release))]

/// A Swift library: one room of the house (see Sources/README.md).
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A C library of the distribution, imported by exactly one room.
func systemLibrary(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// The tests of one room, or of the whole program.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: name,
    dependencies: dependencies + ["TestSupport"],
    path: "Tests/\(name)",
    exclude: exclude,
    swiftSettings: strict
  )
}

let package = Package(
  name: "Podium",
  products: [
    .executable(name: "podium", targets: ["podium"]),
    .executable(name: "podium-workload", targets: ["Workload"]),
    .executable(name: "podium-bench", targets: ["Benchmarks"]),
  ],
  targets: [
    // C: libraries of the distribution, one-line shims, and node init.
    systemLibrary("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
    systemLibrary("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
    systemLibrary("CMicroHTTPD", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
    systemLibrary("CCurl", pkgConfig: "libcurl", apt: "libcurl4-gnutls-dev"),
    systemLibrary("CGnuTLS", pkgConfig: "gnutls", apt: "libgnutls28-dev"),
    systemLibrary("CArchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
    systemLibrary("CNettle", pkgConfig: "nettle", apt: "nettle-dev"),
    systemLibrary("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    systemLibrary("CSeccomp", pkgConfig: "libseccomp", apt: "libseccomp-dev"),
    systemLibrary("CLibEdit", pkgConfig: "libedit", apt: "libedit-dev"),
    .systemLibrary(name: "CLinux"),
    .target(name: "CNodeInit", cSettings: strictC),

    // The ground: system calls, documents, schema, kinds.
    room("SystemIO", ["CLinux"]),
    room("Digests", ["CNettle"]),
    room("Documents", ["CYAML"]),
    room("ObjectSchema", ["Documents"]),
    room("KubernetesAPI", ["ObjectSchema", "Documents"]),

    room("SPDYStreams", ["KubernetesAPI", "CZlib"]),

    // The control plane.
    room("ObjectStore", ["CSQLite"]),
    room("APIServer", ["ObjectStore", "KubernetesAPI", "ObjectSchema", "Documents"]),
    room("HTTPTransport", ["KubernetesAPI", "SystemIO", "CMicroHTTPD", "CCurl", "CGnuTLS", "CLinux"]),
    room("ClusterClient", ["KubernetesAPI", "ObjectSchema", "Documents"]),
    room("ControlLoop", ["ClusterClient", "KubernetesAPI", "ObjectSchema", "Documents"]),
    room("Scheduler", ["ControlLoop", "ClusterClient", "KubernetesAPI", "ObjectSchema", "Documents"]),
    room("Controllers", ["ControlLoop", "ClusterClient", "KubernetesAPI", "ObjectSchema", "Documents"]),

    // The node.
    room("ContainerRuntime"),
    room("ImageStore", ["SystemIO", "Documents", "Digests", "CArchive"]),
    room(
      "LinuxRuntime", ["ContainerRuntime", "ImageStore", "SystemIO", "Documents", "CLinux", "CNodeInit", "CSeccomp"]),
    room("SimulatedRuntime", ["ContainerRuntime"]),
    room(
      "Kubelet",
      [
        "ControlLoop", "ClusterClient", "ContainerRuntime", "KubernetesAPI", "ObjectSchema", "Documents", "SPDYStreams",
        "SystemIO",
      ]),
    .executableTarget(
      name: "Workload",
      swiftSettings: strict,
      // Without symbols in release: the built-in images are quicker to make of a smaller program.
      linkerSettings: [
        .unsafeFlags(["-static-executable", "-use-ld=lld"]),
        .unsafeFlags(["-Xlinker", "-s"], .when(configuration: .release)),
      ]
    ),

    // The learner's side.
    room("Console", ["SystemIO", "CLibEdit", "CLinux"]),
    room("KubectlCommands", ["ClusterClient", "KubernetesAPI", "ObjectSchema", "Documents", "SystemIO"]),
    room("Insight", ["ClusterClient", "KubernetesAPI", "ObjectSchema", "Documents"]),
    room(
      "LessonEngine",
      ["KubectlCommands", "ClusterClient", "KubernetesAPI", "ObjectSchema", "Documents", "Digests"]),

    // The composition root and the program.
    room(
      "LocalCluster",
      [
        "APIServer", "ObjectStore", "HTTPTransport", "ClusterClient", "Scheduler", "Controllers", "ControlLoop",
        "Kubelet", "ContainerRuntime", "LinuxRuntime", "ImageStore", "SimulatedRuntime", "KubernetesAPI",
        "Documents", "SystemIO", "CLinux",
      ]
    ),
    .executableTarget(
      name: "podium",
      dependencies: [
        "Console", "LessonEngine", "Insight", "KubectlCommands", "LocalCluster", "ClusterClient", "HTTPTransport",
        "KubernetesAPI", "ObjectSchema", "Documents", "SystemIO",
      ],
      swiftSettings: strict,
      linkerSettings: releaseLinking
    ),

    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "LocalCluster", "HTTPTransport", "ClusterClient", "KubernetesAPI", "Documents", "LinuxRuntime",
        "ContainerRuntime", "SystemIO",
      ],
      swiftSettings: strict,
      linkerSettings: releaseLinking
    ),

    // Tests.
    tests("InsightTests", ["Insight", "KubernetesAPI", "ObjectSchema", "Documents"]),
    .target(
      name: "TestSupport", dependencies: ["SystemIO", "CLinux"], path: "Tests/TestSupport", swiftSettings: strict),
    // Without the libraries of tests, so that programs can use it as well.
    .target(
      name: "Simulation",
      dependencies: ["Kubelet", "ControlLoop", "SimulatedRuntime", "ContainerRuntime", "ObjectSchema"],
      path: "Tests/Simulation", swiftSettings: strict),
    tests("TestSupportTests", ["SystemIO"]),
    tests("DocumentsTests", ["Documents"]),
    tests("ObjectSchemaTests", ["ObjectSchema", "Documents"]),
    tests("KubernetesAPITests", ["KubernetesAPI", "ObjectSchema", "Documents", "SystemIO"], exclude: ["Golden"]),
    tests("SystemIOTests", ["SystemIO"]),
    tests("SPDYStreamsTests", ["SPDYStreams", "KubernetesAPI"]),
    tests("ObjectStoreTests", ["ObjectStore"]),
    tests(
      "APIServerTests", ["APIServer", "ObjectStore", "KubernetesAPI", "ObjectSchema", "Documents", "SystemIO"],
      exclude: ["Golden"]),
    tests(
      "HTTPTransportTests", ["HTTPTransport", "APIServer", "ObjectStore", "KubernetesAPI", "Documents", "SystemIO"]),
    tests("ClusterClientTests", ["ClusterClient", "APIServer", "ObjectStore", "KubernetesAPI"]),
    tests(
      "SchedulerTests", ["Scheduler", "ControlLoop", "ClusterClient", "KubernetesAPI", "ObjectSchema", "Documents"]),
    tests(
      "KubeletTests",
      [
        "Kubelet", "Scheduler", "Controllers", "ControlLoop", "ClusterClient", "ContainerRuntime", "SimulatedRuntime",
        "Simulation", "KubernetesAPI", "ObjectSchema", "Documents", "SystemIO",
      ], exclude: ["Fixtures"]),
    .executableTarget(
      name: "ClusterSimulation",
      dependencies: [
        "Simulation", "APIServer", "ObjectStore", "Scheduler", "Controllers", "Kubelet", "SimulatedRuntime",
        "ContainerRuntime", "ControlLoop", "ClusterClient", "KubernetesAPI", "ObjectSchema", "Documents", "SystemIO",
      ],
      path: "Tests/ClusterSimulation", swiftSettings: strict),
    tests("ClusterSimulationTests", ["ClusterSimulation"]),
    tests(
      "ControllersTests",
      [
        "Controllers", "APIServer", "ObjectStore", "ControlLoop", "ClusterClient", "KubernetesAPI", "ObjectSchema",
        "Documents",
      ]),
    tests("ImageStoreTests", ["ImageStore", "Documents", "Digests", "SystemIO"]),
    tests(
      "LinuxRuntimeTests", ["LinuxRuntime", "ImageStore", "ContainerRuntime", "SystemIO"],
      exclude: ["Golden", "EmulatedMachine"]),
    .executableTarget(
      name: "ConsoleSpecimen", dependencies: ["Console"], path: "Tests/ConsoleSpecimen", swiftSettings: strict),
    tests("ConsoleTests", ["Console", "ConsoleSpecimen", "SystemIO"]),
    tests(
      "KubectlCommandsTests",
      ["KubectlCommands", "ClusterClient", "KubernetesAPI", "ObjectSchema", "Documents", "SystemIO"],
      exclude: ["Fixtures"]),
    tests(
      "LessonEngineTests",
      [
        "LessonEngine", "KubectlCommands", "APIServer", "ObjectStore", "ClusterClient", "KubernetesAPI", "ObjectSchema",
        "Documents", "Digests", "SystemIO",
      ]),
    tests(
      "EndToEndTests",
      [
        "LessonEngine", "KubectlCommands", "HTTPTransport", "ClusterClient", "ObjectStore", "KubernetesAPI",
        "Documents", "SystemIO",
      ],
      exclude: ["Fixtures", "Golden"]),
    tests("TidyTests", ["SystemIO"]),
  ]
)
