/// Images of web applications that the lessons use.
extension BuiltInImage {
  static let httpd = BuiltInImage(
    names: ["httpd", "httpd:2", "httpd:2.4", "httpd:alpine", "httpd:2.4-alpine"],
    entries: [
      osRelease(name: "httpd", id: "debian"), .directory("usr/local/apache2"), .directory("usr/local/apache2/bin"),
      .directory("usr/local/apache2/conf"), .directory("usr/local/apache2/htdocs"),
      .directory("usr/local/apache2/logs"),
      .text("usr/local/apache2/conf/httpd.conf", "Listen 80\nDocumentRoot \"/usr/local/apache2/htdocs\"\n"),
      .text("usr/local/apache2/htdocs/index.html", "<html><body><h1>It works!</h1></body></html>\n"),
      .script(
        "usr/local/bin/httpd-foreground",
        "#!/bin/sh\nrm -f /usr/local/apache2/logs/httpd.pid\nexec /usr/local/apache2/bin/httpd -DFOREGROUND \"$@\"\n"),
    ] + roles(["usr/local/apache2/bin/httpd"]) + debianCommands,
    config: {
      var config = ImageConfig()
      config.environment = [
        "PATH=/usr/local/apache2/bin:" + standardPath.dropFirst(5), "HTTPD_PREFIX=/usr/local/apache2",
      ]
      config.command = ["httpd-foreground"]
      config.workingDirectory = "/usr/local/apache2"
      config.exposedPorts = ["80/tcp"]
      config.stopSignal = "SIGWINCH"
      return config
    }())

  static let kuard = BuiltInImage(
    names: [
      "willvelida/kuard", "gcr.io/kuar-demo/kuard-amd64:blue", "gcr.io/kuar-demo/kuard-amd64:green",
      "gcr.io/kuar-demo/kuard-amd64:purple", "gcr.io/kuar-demo/kuard-amd64:1", "gcr.io/kuar-demo/kuard-amd64:2",
      "gcr.io/kuar-demo/kuard-amd64:3",
    ],
    entries: [osRelease(name: "kuard", id: "alpine")] + roles(["kuard"]),
    config: {
      var config = ImageConfig()
      config.environment = [standardPath]
      config.command = ["/kuard"]
      config.exposedPorts = ["8080/tcp"]
      return config
    }())

  static let helloApp = BuiltInImage(
    names: ["gcr.io/google-samples/hello-app:2.0", "us-docker.pkg.dev/google-samples/containers/gke/hello-app:2.0"],
    entries: [osRelease(name: "hello-app", id: "alpine")] + roles(["hello-app"]),
    config: {
      var config = ImageConfig()
      config.environment = [standardPath, "PORT=8080"]
      config.entrypoint = ["./hello-app"]
      config.exposedPorts = ["8080/tcp"]
      return config
    }())

  static let k8sBook = BuiltInImage(
    names: ["nigelpoulton/k8sbook:latest", "nigelpoulton/k8sbook:1.0"],
    entries: [
      osRelease(name: "nigelpoulton/k8sbook", id: "alpine"), .directory("src"), .text("src/app.js", bookPage),
    ] + roles(["usr/local/bin/node"]),
    config: {
      var config = ImageConfig()
      config.environment = [standardPath]
      config.entrypoint = ["node", "./app.js"]
      config.workingDirectory = "/src"
      config.exposedPorts = ["8080/tcp"]
      return config
    }())

  /// What stands where the application's program would be: the page it shows.
  private static let bookPage = """
    <!DOCTYPE html>
    <html>
    <head><title>A pod says hello</title></head>
    <body style="max-width: 38em; margin: 3em auto; font-family: sans-serif">
    <h1>Hello from pod {{hostname}}</h1>
    <p>This page is served from port 8080 of a container by Podium's stand-in for nigelpoulton/k8sbook.</p>
    </body>
    </html>

    """

  static let goDemo = BuiltInImage(
    names: ["vfarcic/go-demo-2", "vfarcic/go-demo-2:2.0", "vfarcic/go-demo-2:beta"],
    entries: [osRelease(name: "vfarcic/go-demo-2", id: "alpine")] + roles(["usr/local/bin/go-demo"]),
    config: {
      var config = ImageConfig()
      config.environment = [standardPath, "DB=db"]
      config.command = ["go-demo"]
      config.exposedPorts = ["8080/tcp"]
      return config
    }())

  static let mongo = BuiltInImage(
    names: ["mongo:3.3", "mongo", "mongo:3", "mongo:3.2", "mongo:3.4"],
    entries: [
      osRelease(name: "mongo", id: "debian"), .directory("data"), .directory("data/configdb"), .directory("data/db"),
      .script("entrypoint.sh", mongoEntrypoint),
    ] + roles(["usr/bin/mongod"]) + debianCommands,
    config: {
      var config = ImageConfig()
      config.environment = [standardPath, "MONGO_MAJOR=3.3"]
      config.entrypoint = ["/entrypoint.sh"]
      config.command = ["mongod"]
      config.exposedPorts = ["27017/tcp"]
      config.volumes = ["/data/configdb", "/data/db"]
      return config
    }())

  private static let mongoEntrypoint = """
    #!/bin/sh
    # Options alone are meant for the server.
    case "$1" in -*) set -- mongod "$@" ;; esac
    exec "$@"

    """
}
