#!/bin/sh
# `pomona dashboard`, which lets nobody in from another host without users: where none are given, one is made for this start.
set -eu
if [ -z "${POMONA_DASHBOARD_USERS:-}" ]; then
  password=$(node --print 'crypto.randomBytes(12).toString("base64url")')
  POMONA_DASHBOARD_USERS=$(echo "$password" | pomona dashboard user operator --role operator)
  export POMONA_DASHBOARD_USERS
  echo "Open $DASHBOARD_URL and log in as operator with $password (until the next start)."
fi
exec pomona dashboard --public-url "$DASHBOARD_URL" "$@"
