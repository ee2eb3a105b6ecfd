extension BuiltInImage {
  static let nginx = BuiltInImage(
    names: [
      "nginx", "nginx:1", "nginx:1.14.2", "nginx:1.16.1", "nginx:1.21", "nginx:1.25", "nginx:1.26", "nginx:1.27",
      "nginx:alpine",
      "nginx:stable",
    ],
    entries: [
      .directory("docker-entrypoint.d"), .script("docker-entrypoint.d/10-listen-on-ipv6-by-default.sh", listenOnIPv6),
      .script("docker-entrypoint.d/30-tune-worker-processes.sh", tuneWorkers),
      .script("docker-entrypoint.sh", entrypoint), .directory("etc/nginx"), .directory("etc/nginx/conf.d"),
      .text("etc/nginx/conf.d/default.conf", defaultSite), .text("etc/nginx/mime.types", types),
      .text("etc/nginx/nginx.conf", configuration),
      osRelease(name: "nginx", id: "debian"), .directory("usr/share/nginx"), .directory("usr/share/nginx/html"),
      .text("usr/share/nginx/html/50x.html", errorPage), .text("usr/share/nginx/html/index.html", welcomePage),
      .directory("var/cache"), .directory("var/cache/nginx"), .directory("var/log/nginx"),
      .link("var/log/nginx/access.log", to: "/dev/stdout"), .link("var/log/nginx/error.log", to: "/dev/stderr"),
    ] + roles(["usr/sbin/nginx"]) + debianCommands,
    config: {
      var config = ImageConfig()
      config.environment = [standardPath, "NGINX_VERSION=1.27.0"]
      config.entrypoint = ["/docker-entrypoint.sh"]
      config.command = ["nginx", "-g", "daemon off;"]
      config.exposedPorts = ["80/tcp"]
      config.stopSignal = "SIGQUIT"
      return config
    }())

  private static let entrypoint = #"""
    #!/bin/sh
    # Prepares the configuration, then becomes the program that was asked for.
    say() { [ -n "$NGINX_ENTRYPOINT_QUIET_LOGS" ] || echo "$0: $*"; }
    if [ "$1" = nginx ] || [ "$1" = nginx-debug ]; then
      found=
      for script in /docker-entrypoint.d/*; do [ -e "$script" ] && found=yes; done
      if [ -n "$found" ]; then
        say "/docker-entrypoint.d/ is not empty, will attempt to perform configuration"
        say "Looking for shell scripts in /docker-entrypoint.d/"
        for script in /docker-entrypoint.d/*; do
          case "$script" in
            *.envsh)
              if [ -x "$script" ]; then say "Sourcing $script"; . "$script"; else say "Ignoring $script, not executable"; fi ;;
            *.sh)
              if [ -x "$script" ]; then say "Launching $script"; "$script"; else say "Ignoring $script, not executable"; fi ;;
            *) say "Ignoring $script" ;;
          esac
        done
        say "Configuration complete; ready for start up"
      else
        say "No files found in /docker-entrypoint.d/, skipping configuration"
      fi
    fi
    exec "$@"

    """#

  private static let listenOnIPv6 = #"""
    #!/bin/sh
    # Lets the default site answer on IPv6 too, where there is IPv6.
    name=10-listen-on-ipv6-by-default.sh
    site=/etc/nginx/conf.d/default.conf
    say() { [ -n "$NGINX_ENTRYPOINT_QUIET_LOGS" ] || echo "$name: info: $*"; }
    [ -f /proc/net/if_inet6 ] || { say "ipv6 not available"; exit 0; }
    [ -f "$site" ] || { say "$site is not a file or does not exist"; exit 0; }
    [ -w "$site" ] || { say "can not modify $site (read-only file system?)"; exit 0; }
    grep -q 'listen  *\[::\]:80' "$site" && { say "IPv6 listen already enabled"; exit 0; }
    if sed -i 's/^\( *\)listen  *80;/&\n\1listen  [::]:80;/' "$site" 2>/dev/null; then
      say "Enabled listen on IPv6 in $site"
    else
      say "can not modify $site (read-only file system?)"
    fi

    """#

  private static let tuneWorkers = #"""
    #!/bin/sh
    # One worker a processor of the machine, when asked for.
    [ -n "$NGINX_ENTRYPOINT_WORKER_PROCESSES_AUTOTUNE" ] || exit 0
    sed -i "s/^worker_processes .*/worker_processes $(nproc);/" /etc/nginx/nginx.conf

    """#

  private static let configuration = #"""
    user  nginx;
    worker_processes  auto;

    error_log  /var/log/nginx/error.log notice;
    pid        /run/nginx.pid;

    events {
        worker_connections  1024;
    }

    http {
        include       /etc/nginx/mime.types;
        default_type  application/octet-stream;

        log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                          '$status $body_bytes_sent "$http_referer" '
                          '"$http_user_agent" "$http_x_forwarded_for"';
        access_log  /var/log/nginx/access.log  main;

        sendfile           on;
        keepalive_timeout  65;

        include /etc/nginx/conf.d/*.conf;
    }

    """#

  private static let defaultSite = #"""
    server {
        listen       80;
        server_name  localhost;

        location / {
            root   /usr/share/nginx/html;
            index  index.html index.htm;
        }

        # Errors of the server itself have a page of their own.
        error_page   500 502 503 504  /50x.html;
        location = /50x.html {
            root   /usr/share/nginx/html;
        }
    }

    """#

  private static let types = """
    types {
        text/html                  html htm shtml;
        text/css                   css;
        text/xml                   xml;
        text/plain                 txt log;
        text/markdown              md;
        text/csv                   csv;
        image/gif                  gif;
        image/jpeg                 jpeg jpg;
        image/png                  png;
        image/svg+xml              svg svgz;
        image/webp                 webp;
        image/x-icon               ico;
        application/javascript     js mjs;
        application/json           json;
        application/pdf            pdf;
        application/wasm           wasm;
        application/yaml           yaml yml;
        application/zip            zip;
        application/gzip           gz;
        application/x-tar          tar;
        font/woff                  woff;
        font/woff2                 woff2;
        audio/mpeg                 mp3;
        video/mp4                  mp4;
        application/octet-stream   bin exe iso img;
    }

    """

  private static let welcomePage = """
    <!DOCTYPE html>
    <html>
    <head>
    <title>Welcome to nginx!</title>
    <style>body { max-width: 38em; margin: 3em auto; font-family: sans-serif; }</style>
    </head>
    <body>
    <h1>Welcome to nginx!</h1>
    <p>This page comes from a container: Podium's stand-in for nginx serves the files of
    /usr/share/nginx/html. Put your own there, or mount a volume over it.</p>
    </body>
    </html>

    """

  private static let errorPage = """
    <!DOCTYPE html>
    <html>
    <head><title>Error</title></head>
    <body>
    <h1>An error occurred.</h1>
    <p>The server met a problem of its own; its error log says which.</p>
    </body>
    </html>

    """
}
