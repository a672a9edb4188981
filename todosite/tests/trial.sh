#!/usr/bin/env bash
# Tries what docs/operate.md says of a machine of your own: the last commit, deployed by these very lines.
#
#     todosite/tests/trial.sh
#
# As root, on a Debian that may be thrown away: it installs packages and makes the user todosite.
# The site, its PostgreSQL and nginx live in a folder of /tmp, on ports of their own, and are gone
# afterwards. What the machine of the tests lacks is done by hand: systemd's ExecStart lines are
# run as they stand, and the certificate is signed by ourselves.
set -euo pipefail
cd "$(dirname "$0")/../.."
doc=$PWD/docs/operate.md
umask 022
trial=$(mktemp -d /tmp/todosite-trial.XXXXXX)
chmod 755 "$trial"
site=$trial/site
pgport=54329
name=todo.example.org https=https://todo.example.org:8443
password='Corr3ct-horse!'

step() { printf '\n== %s\n' "$*"; }
fail() { echo "FAILED: $*" >&2; exit 1; }

line() {  # print the line of the doc that begins so, for the folder and the ports of the trial
    grep -m 1 -F -- "    $1" "$doc" | sed "s|^ *||; s|/srv/todosite|$site|g; s|5432|$pgport|; s|https://… |$trial/todosite.bundle |"
}
run() { echo "# $(line "$1")"; eval "$(line "$1")"; }
run_on_postgres() { PGHOST=$trial/postgres PGPORT=$pgport run "runuser -u postgres -- $1"; }
site() { (cd "$site" && HOME=$site runuser -u todosite -- "$@"); }
run_in_site() { echo "$ $(line "$1")"; site bash -c "$(line "$1")"; }

end() {
    set +e
    [ -f "$site/gunicorn.pid" ] && kill "$(cat "$site/gunicorn.pid")"
    [ -f "$trial/nginx.pid" ] && kill "$(cat "$trial/nginx.pid")"
    runuser -u postgres -- "$bin/pg_ctl" -D "$trial/postgres" -m fast stop > /dev/null
    sleep 3
    userdel todosite
    rm -rf "$trial"
}

step "packages, the user, the database"
apt-get install -qq --yes git python3-venv postgresql nginx curl openssl > /dev/null
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)

id todosite 2> /dev/null && fail "there is a user todosite already"
trap end EXIT
run "adduser"
# Debian starts a server itself, where systemd runs; this one is like it: local users by peer,
# others by password.
install -d -o postgres "$trial/postgres"
cd "$trial"
runuser -u postgres -- "$bin/initdb" -D "$trial/postgres" --auth-local=peer --auth-host=scram-sha-256 > /dev/null
runuser -u postgres -- "$bin/pg_ctl" -D "$trial/postgres" -l "$trial/postgres/log" -w \
    -o "-p $pgport -c listen_addresses=127.0.0.1 -c unix_socket_directories=$trial/postgres" start > /dev/null
printf 's3cret\ns3cret\n' | run_on_postgres createuser
run_on_postgres createdb

step "the site, from a fresh clone"
(cd "$(dirname "$doc")" && git bundle create -q "$trial/todosite.bundle" HEAD $(git branch --show-current))
run_in_site "git clone"
run_in_site "python3 -m venv"
run_in_site ".venv/bin/pip install" | grep -v "Collecting\|Downloading\|━"
run_in_site "cp .env.example .env"
run_in_site "chmod 600 .env"
key=$(eval "$(sed -n 's/.*`\(python3 -c [^`]*\)`.*/\1/p' "$doc")")
site sed -i -e "s|^SECRET_KEY=.*|SECRET_KEY=$key|" -e "s|^ALLOWED_HOSTS=.*|$(line ALLOWED_HOSTS=)|" \
    -e "s|^TRUSTED_PROXY_COUNT=.*|$(line TRUSTED_PROXY_COUNT=)|" \
    -e "s|^DATABASE_URL=.*|$(line DATABASE_URL= | sed s/…/s3cret/)|" .env
run_in_site ".venv/bin/python manage.py collectstatic"
run_in_site ".venv/bin/python manage.py migrate" | tail -1
run_in_site ".venv/bin/python manage.py add_user" | tee "$trial/link"
site .venv/bin/python manage.py check --deploy --fail-level WARNING

step "gunicorn and nginx"
start=$(sed -n 's/^    ExecStart=//p' "$doc" | sed "s|/srv/todosite|$site|g")
(cd "$site" && HOME=$site exec runuser -u todosite -- bash -c "echo \$\$ > gunicorn.pid; exec $(head -1 <<< "$start")") \
    > "$trial/gunicorn.log" 2>&1 &
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj "/CN=$name" -addext "subjectAltName=DNS:$name" \
    -keyout "$trial/privkey.pem" -out "$trial/fullchain.pem" 2> /dev/null
{
    echo "pid $trial/nginx.pid; error_log $trial/nginx.log; events {} http { access_log off;"
    sed -n '/^    map /,/^$/p' "$doc" | sed "s|/var/log/nginx|$trial|; s|/etc/letsencrypt/live/$name|$trial|; s|listen \(.*\)443|listen \18443|; s|listen \(.*\)80;|listen \18080;|"
    echo "}"
} > "$trial/nginx.conf"
nginx -q -t -c "$trial/nginx.conf"
nginx -c "$trial/nginx.conf"
for _ in $(seq 100); do curl -so /dev/null http://127.0.0.1:8000/ && break; sleep 0.1; done

ask() { curl -sS --cacert "$trial/fullchain.pem" --resolve "$name:8443:127.0.0.1" --resolve "$name:8080:127.0.0.1" -b "$trial/jar" -c "$trial/jar" "$@"; }
token() { ask "$https$1" | sed -n 's/.*name="csrfmiddlewaretoken" value="\([^"]*\)".*/\1/p' | head -1; }
post() { local path=$1; shift; ask -o /dev/null -w '%{http_code} %{redirect_url}\n' -e "https://$name$path" --data-urlencode "csrfmiddlewaretoken=$(token "$path")" "$@" "$https$path"; }
expect() { [[ $2 == *"$1"* ]] || fail "no “$1” in: ${2:0:400}"; echo "ok: $1"; }

expect "301 https://$name/tasks/" "$(ask -o /dev/null -w '%{http_code} %{redirect_url}' "http://$name:8080/tasks/")"
expect "Write it down." "$(ask "$https/")"
expect "strict-transport-security: max-age=31536000" "$(ask -I "$https/" | tr A-Z a-z)"

step "the first admin: the link, sign-in, a task, the door of the admin"
link=$(grep -o "https://$name/accounts/password/reset/key/.*" "$trial/link")
ask -o /dev/null "$https${link#https://"$name"}"
form=${link#https://"$name"}; form=${form%-*-*}-set-password/
expect "302" "$(post "$form" --data-urlencode "password1=$password" --data-urlencode "password2=$password")"
expect "302" "$(post /accounts/login/ --data-urlencode "login=you@example.org" --data-urlencode "password=$password")"
grep -q "#HttpOnly_.*TRUE.*sessionid" "$trial/jar" || fail "the session's cookie is not Secure and HttpOnly"
expect "302" "$(post /tasks/add/ --data-urlencode "text=Milk from the trial")"
expect "Milk from the trial" "$(ask "$https/tasks/")"
expect "Set up a second factor first" "$(ask -L --connect-to "$name:443:127.0.0.1:8443" "$https/admin/")"
run_in_site ".venv/bin/python manage.py admin_link" | tee "$trial/link"
link=$(grep -o "https://$name/settings/admin-link/key/.*" "$trial/link")
link=${link#https://"$name"}
expect "302" "$(post "$link")"
expect "/accounts/reauthenticate/" "$(ask -o /dev/null -w '%{redirect_url}' "$https/accounts/2fa/totp/activate/")"

step "the timer's command, a reload, a backup and the way back"
site bash -c "$(tail -1 <<< "$start")"
kill -HUP "$(cat "$site/gunicorn.pid")"; sleep 3
expect "Milk from the trial" "$(ask "$https/tasks/")"
cd "$site"
run "DATABASE_URL=\$(sed"
run "pg_dump"
kill "$(cat "$site/gunicorn.pid")"; rm "$site/gunicorn.pid"; sleep 3
PGHOST=$trial/postgres PGPORT=$pgport runuser -u postgres -- dropdb todosite
run_on_postgres createdb
run "pg_restore"
expect "1" "$(psql -qtA "$DATABASE_URL" -c "SELECT count(*) FROM tasks_task WHERE title = 'Milk from the trial'")"

step "what goes wrong is said in one line"
message=$(site .venv/bin/python manage.py demo_data 2>&1) && fail "demo_data went on"
expect "DEBUG is off, so this may be a production site" "$message"
message=$(site env ALLOWED_HOSTS=, .venv/bin/python manage.py migrate 2>&1) && fail "migrate went on"
expect "Todosite: ALLOWED_HOSTS names no host." "$message"
echo
echo "The lines of docs/operate.md hold."
