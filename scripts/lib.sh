# What scripts/test and scripts/soak share: finding or installing tools, a
# throw-away PostgreSQL, and timed steps with one clear line at the end.
# It is sourced, never run.

export DEBIAN_FRONTEND=noninteractive
started=$SECONDS
work=$(mktemp -d "${TMPDIR:-/tmp}/offhook-test.XXXXXX")
chmod 755 "$work" # the database runs as another user and must reach its folder
apt_updated=

# cleanup stops the database by its own control file and removes the folder.
cleanup() {
  local code=$?
  trap - EXIT
  if [ -e "$work/postgres/postmaster.pid" ]; then
    find_postgres && as_postgres "$pg_bin/pg_ctl" stop --silent --mode=immediate -D "$work/postgres" || true
  fi
  rm -rf "$work"
  exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '\n==> %s\n' "$*"; }

# apt_install brings Debian packages; the list of packages is refreshed once.
apt_install() {
  command -v apt-get >/dev/null || { echo "Please install: $* (there is no apt-get here to do it)." >&2; return 1; }
  [ "$(id -u)" = 0 ] || { echo "Please install as root: apt-get install $*" >&2; return 1; }
  say "installing $*"
  if [ -z "$apt_updated" ]; then
    apt-get update -qq </dev/null
    apt_updated=yes
  fi
  # A package never asks: a configuration file that stands here already stays.
  apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" </dev/null >"$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2; return 1; }
}

need() { # need COMMAND PACKAGE...
  command -v "$1" >/dev/null || apt_install "${@:2}"
}

# Node 20 is the oldest that the test packages run on. Debian stable may have
# an older one; then a newer one comes as a package of the registry.
need_node() {
  need npm npm nodejs
  if [ "$(node -p 'parseInt(process.versions.node)')" -lt 20 ]; then
    say "installing a newer node"
    npm install --prefix "$work/node" --no-audit --no-fund --loglevel=error node@22
    export PATH="$work/node/node_modules/.bin:$PATH"
  fi
}

prepare() {
  command -v go >/dev/null || { [ -x /usr/local/go/bin/go ] && export PATH="$PATH:/usr/local/go/bin"; } ||
    { echo "Please install Go first." >&2; exit 1; }
  need git git
  need gcc gcc libc6-dev # go test -race links with it
  need_node
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || apt_install chromium
  command -v chromium-headless-shell >/dev/null || apt_install chromium-headless-shell || say 'no headless shell here: every test takes the whole browser'
}

# The other side of the platform's trunk: what carriers are tested with, and
# what many of them run. Debian starts Kamailio by itself unless told not to.
need_sipp() { need sipp sip-tester; }

need_kamailio() {
  command -v kamailio >/dev/null && [ -n "$(find /usr/lib -path '*kamailio/modules/tls.so' 2>/dev/null)" ] && return 0
  if [ "$(id -u)" = 0 ] && [ ! -e /etc/default/kamailio ]; then
    mkdir -p /etc/default
    echo 'RUN_KAMAILIO=no' >/etc/default/kamailio
  fi
  apt_install kamailio kamailio-tls-modules
}

# PostgreSQL's server programs stand outside PATH on Debian, whose package
# would also start a server of its own; only the programs are wanted here.
need_postgres() {
  find_postgres && return 0
  if [ "$(id -u)" = 0 ] && [ ! -e /etc/postgresql-common ]; then
    mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  fi
  apt_install postgresql && find_postgres
}

find_postgres() {
  local dir
  for dir in $(ls -d /usr/lib/postgresql/*/bin /usr/local/pgsql/bin 2>/dev/null | sort -rV); do
    if [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then
      pg_bin=$dir
      return 0
    fi
  done
  return 1
}

# PostgreSQL refuses to run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    (cd "$work" && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

# start_postgres leaves a running server's address in OFFHOOK_TEST_POSTGRES.
# It trusts everyone on loopback and forgoes fsync: it lives for one run.
start_postgres() {
  [ -z "${OFFHOOK_TEST_POSTGRES:-}" ] || return 0
  local port
  port=$(node --input-type=module -e 'import { freePort } from "./e2e/lib/ports.js"; console.log(await freePort())')
  mkdir "$work/postgres"
  [ "$(id -u)" != 0 ] || chown postgres "$work/postgres"
  as_postgres "$pg_bin/initdb" --pgdata="$work/postgres" --username=postgres --auth=trust --encoding=UTF8 --no-locale --no-sync >"$work/initdb.log" ||
    { cat "$work/initdb.log" >&2; return 1; }
  as_postgres "$pg_bin/pg_ctl" start --silent --wait -D "$work/postgres" --log="$work/postgres/server.log" \
    --options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=400 -c fsync=off" </dev/null ||
    { cat "$work/postgres/server.log" >&2; return 1; }
  export OFFHOOK_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable"
}

# run_steps [NAME...] -- STEP... runs the named steps, or all. A step is
# name:command or the name of a function. A failed step does not keep the
# later ones from running, because one run should tell all it can.
run_steps() {
  local wanted=() report=() passed=0 failed=0
  while [ "$1" != -- ]; do
    wanted+=("$1")
    shift
  done
  shift
  local step name command begun code
  for step in "$@"; do
    name=${step%%:*} command=${step#*:}
    if [ ${#wanted[@]} -gt 0 ] && [[ " ${wanted[*]} " != *" $name "* ]]; then
      continue
    fi
    say "$name"
    begun=$SECONDS code=0
    set +e
    (set -e; $command)
    code=$?
    set -e
    if [ "$code" = 0 ]; then
      passed=$((passed + 1)) report+=("ok      $name ($((SECONDS - begun)) s)")
    else
      failed=$((failed + 1)) report+=("FAILED  $name ($((SECONDS - begun)) s)")
    fi
  done
  say "summary after $((SECONDS - started)) s"
  [ ${#report[@]} = 0 ] || printf '%s\n' "${report[@]}"
  [ ! -e "$work/notes" ] || cat "$work/notes"
  printf 'steps: %d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" = 0 ] && [ "$passed" != 0 ]
}
