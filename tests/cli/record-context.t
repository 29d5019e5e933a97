#!/bin/sh
# Labels that nobody has to ask for: the service, the container and the pod of a process.
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/record.sh"
target spin
target service
unset OTEL_SERVICE_NAME OTEL_RESOURCE_ATTRIBUTES

# values LABEL FILE; record FILE COMMAND...
values() { prof-query --values="$1" "$2" 2>/dev/null | sort | tr '\n' ' '; }
record() {
	to=$1
	shift
	exits 0 "$*" prof-record -F 499 -o "$to" -- "$@"
}

record none.pb.gz ./spin 0.04
is "$(values service_name none.pb.gz)" '' 'a program that says nothing has no service'
export OTEL_RESOURCE_ATTRIBUTES='service.name=other,service.version=1%2E2, deployment.environment.name=test,x=y'
record list.pb.gz ./spin 0.04
is "$(values service_name list.pb.gz)$(values service_version list.pb.gz)$(values deployment_environment list.pb.gz)" \
	'other 1.2 test ' 'the list of attributes'
export OTEL_SERVICE_NAME=cart
record name.pb.gz ./spin 0.04
is "$(values service_name name.pb.gz)" 'cart ' 'the name itself counts before it'
record context.pb.gz ./service 120 checkout
is "$(values service_name context.pb.gz)$(values service_version context.pb.gz)$(values instance context.pb.gz)" \
	'checkout 42 42 ' 'what it publishes counts before both'
is "$(values deployment_environment context.pb.gz)" 'test ' 'and what it does not publish stays'
exits 0 'a label that is given' prof-record -F 499 -l service_name=mine -o given.pb.gz -- ./service 120 checkout
is "$(values service_name given.pb.gz)" 'mine ' 'counts before all'
exits 0 'other labels' prof-record -F 499 --label-by pid -o pid.pb.gz -- ./service 120 checkout
is "$(values service_name pid.pb.gz)" '' 'are only those'
unset OTEL_SERVICE_NAME OTEL_RESOURCE_ATTRIBUTES
record changed.pb.gz ./service 60 - late
is "$(values service_name changed.pb.gz)" 'late ' 'a context that comes late'

# Control groups with the names that engines give them
mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
id=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
uid=3f1a2b4c_0d5e_4f60_8a7b_9c0d1e2f3a4b
group=$mount/prof-test-$$
if [ "$mount" ] && mkdir "$group" 2>/dev/null; then
	pod=$group/kubepods-pod$uid.slice
	mkdir "$pod" "$pod/cri-containerd-$id.scope" "$group/billing.service"
	cat >inside <<-'END'
		echo $$ >"$1/cgroup.procs" || exit
		shift
		for i in 1 2 3 4 5; do "$@"; done
	END
	mkfifo control ack
	prof-record -q -a --comm spin -F 999 --control fifo:control,ack -o c.pb.gz &
	recorder=$!
	started
	sh inside "$pod/cri-containerd-$id.scope" ./spin 0.02 >/dev/null
	sh inside "$group/billing.service" ./spin 0.02 >/dev/null
	mkdir "$group/new.service"
	sh inside "$group/new.service" ./spin 0.02 >/dev/null
	rmdir "$group/new.service"
	kill -INT $recorder
	wait $recorder
	is "$(values container c.pb.gz)" "$id " 'have its id'
	is "$(values pod c.pb.gz)" "$(echo $uid | tr _ -) " 'and that of its pod'
	is "$(values service_name c.pb.gz)" 'billing new ' 'the units of systemd are services'
	rmdir "$pod/cri-containerd-$id.scope" "$pod" "$group/billing.service" "$group"
else
	skip 'no control groups may be made here' 'short programs in a container'
fi
finish
