/// Every program this executable can be, by the name of the file that was started.
let roles: [String: @Sendable ([String]) -> Int32] = [
  "nginx": Nginx.main,
  "httpd": Apache.main,
  "kuard": Kuard.main,
  "hello-app": HelloApp.main,
  "node": BookApp.main,
  "go-demo": GoDemo.main,
  "mongod": Mongod.main,
  "bash": Bash.main,
  "curl": Curl.main,
  "wget": Wget.main,
  "ps": ProcessStatus.main,
  "pgrep": ProcessMatch.grep,
  "pkill": ProcessMatch.kill,
  "apt-get": PackageInstaller.main,
  "apt": PackageInstaller.main,
]
