"""`python -m sagebase_ops` is the command `sagebase-ops`."""

from sagebase_ops.cli.main import main

main()
