# Commands of the runbook, for bash: STACK=chabao-prod; . infra/on_call.sh
# Credentials and region are those of the AWS command line. Nothing here changes anything but `run`
# and `letters redrive`.

# The command line reads the one, Python's SDK the other.
[ -z "${AWS_REGION:-}" ] || export AWS_DEFAULT_REGION="$AWS_REGION"

# named LOGICAL: the real name of what the template calls so.
named() {
    aws cloudformation describe-stack-resource --stack-name "$STACK" \
        --logical-resource-id "$1" --query StackResourceDetail.PhysicalResourceId --output text
}

# log FUNCTION [SINCE]: what a function has written, by its name in .chalice/config.json.
log() { aws logs tail "/aws/lambda/$STACK/$1" --since "${2:-3h}" --format short; }

# errors FUNCTION [SINCE]: of that what went wrong, time-outs and crashes among it.
errors() {
    aws logs tail "/aws/lambda/$STACK/$1" --since "${2:-3h}" --format short \
        --filter-pattern '?ERROR ?"Task timed out" ?"Runtime exited"'
}

# routes [SINCE]: requests by route and status, the most frequent first.
routes() {
    aws logs tail "/aws/apigateway/$STACK" --since "${1:-1h}" --format short |
        grep -oE '"(route|status)":"[^"]*"' | paste - - | sort | uniq -c | sort -rn
}

# counted METRIC [HOURS]: what the service counted, by five minutes.
counted() {
    aws cloudwatch get-metric-statistics --namespace "$STACK" --metric-name "$1" \
        --statistics Sum --period 300 --start-time "$(date -u -d "-${2:-3} hours" +%FT%TZ)" \
        --end-time "$(date -u +%FT%TZ)" --query 'sort_by(Datapoints,&Timestamp)[].[Timestamp,Sum]' \
        --output text
}

# waiting QUEUE: how many messages wait, and how many are being worked on.
waiting() {
    aws sqs get-queue-attributes --queue-url "$(named "$1")" --output json --attribute-names \
        ApproximateNumberOfMessages ApproximateNumberOfMessagesNotVisible
}

# rule FUNCTION-EVENT: whether a schedule is enabled.
rule() { aws events describe-rule --name "$(named "$1")" --query State --output text; }

# letters show|redrive QUEUE: dead letters; also where SQS has no redrive of its own (China).
letters() { .venv/bin/python -m infra.dead_letters "$1" "$2" --stack "$STACK"; }

# run FUNCTION EVENT: invokes a function, by its name in the template, and waits for it.
run() {
    aws lambda invoke --function-name "$(named "$1")" --cli-read-timeout 900 \
        --cli-binary-format raw-in-base64-out --payload "$2" /dev/stdout
}
