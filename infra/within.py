"""Runs a module as a function of a stack would: `python -m infra.within STACK MODULE [WORD …]`.

For operations that want a function's environment (`infra.keys`, `infra.first_staff`, the verifier
`chalicelib.audit`): the real names of tables, buckets and keys, as the function behind the API has
them. What may be done there is up to the credentials of whoever runs it.
"""

import os
import runpy
import sys
from typing import Any

FUNCTION = "APIHandler"


def environment(cloudformation: Any, functions: Any, stack: str) -> dict[str, str]:
    """What the stack tells its functions."""
    found = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId=FUNCTION)
    name = found["StackResourceDetail"]["PhysicalResourceId"]
    told: dict[str, str] = functions.get_function_configuration(FunctionName=name)["Environment"][
        "Variables"
    ]
    return told


def main(stack: str, module: str, *words: str) -> None:
    """The command line."""
    import boto3

    told = environment(boto3.client("cloudformation"), boto3.client("lambda"), stack)
    os.environ.update(told)
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
