"""How to reach an S3 store, from the environment; only loaded where S3_BUCKET names one."""

from boto3.s3.transfer import TransferConfig
from botocore.config import Config

from platform_site import env

PART = 16 * 1024**2  # bytes of a part; two travel at once, so that memory stays flat


def storages(bucket):
    """Return the storages of uploaded bytes and of what conversions make, as folders of one bucket."""
    common = {
        "bucket_name": bucket,
        "endpoint_url": env.text("S3_ENDPOINT", "") or None,
        "region_name": env.text("S3_REGION", "") or None,
        "access_key": env.text("S3_ACCESS_KEY", "") or None,  # without one the machine's own role
        "secret_key": env.text("S3_SECRET_KEY", "") or None,
        "file_overwrite": False,
        "client_config": patience(env.text("S3_ADDRESSING", "auto")),
        "transfer_config": TransferConfig(multipart_chunksize=PART, multipart_threshold=PART, max_concurrency=2),
    }
    backend = "content.object_store.ObjectStorage"
    return {
        "content": {"BACKEND": backend, "OPTIONS": common | {"location": "files"}},
        "shown": {"BACKEND": backend, "OPTIONS": common | {"location": "shown"}},
    }


def patience(addressing, *, connect_seconds=2, read_seconds=5, attempts=2):
    """Return how long the client waits and how often it asks: a store that hangs costs seconds, never a worker."""
    return Config(
        connect_timeout=connect_seconds,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": attempts},
        s3={"addressing_style": addressing},
        signature_version="s3v4",
    )
