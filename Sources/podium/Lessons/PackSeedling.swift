internal import SystemIO

/// What a new pack begins with: a lesson of one step that proves itself.
enum PackSeedling {
  static func plant(_ folder: String) throws {
    if Files.exists(folder) { throw UsageError("\(folder) is there already: choose the name of a new folder") }
    let name = String(folder.split(separator: "/").last ?? "")
    let allowed = "abcdefghijklmnopqrstuvwxyz0123456789-"
    guard !name.isEmpty, name.allSatisfy(allowed.contains), name.first != "-", name.last != "-" else {
      throw UsageError(
        "\"\(name)\" cannot be the id of a pack: lower-case letters, digits and dashes inside, such as my-pack")
    }
    try Files.makeDirectories(folder + "/files")
    for (file, text) in files(name) { try Files.write(text, to: folder + "/" + file, mode: 0o644) }
  }

  private static func files(_ id: String) -> [(name: String, text: String)] {
    [
      (
        "pack.yaml",
        """
        format: 1
        id: \(id)
        version: 0.1.0
        title: \(id)
        lessons:
          - hello

        """
      ),
      (
        "files/hello.yaml",
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: hello
        spec:
          containers:
            - name: web
              image: nginx

        """
      ),
      (
        "hello.md",
        """
        ---
        lesson: hello
        title: A Pod of your own
        files: [hello.yaml]
        ---

        Some words of introduction: what this lesson is about.

        ## Make the Pod {#make time=2m}

        The file `hello.yaml` describes a Pod `hello` with a web server in its container
        `web`. Apply it.

        ```check
        pod hello is Ready within 60s
          else: `kubectl get pods` shows how far it is.
        pod hello has containers web
        ```

        ```hint
        A file becomes objects by `kubectl apply -f`.
        ```

        ```solution
        kubectl apply -f hello.yaml
        ```

        ```wrong fails="has containers"
        kubectl run hello --image=nginx
        ```

        ```debrief
        What to take away from it.
        ```

        """
      ),
    ]
  }
}
