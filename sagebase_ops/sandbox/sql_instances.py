"""A `DatabaseInstance` of Cloud SQL as JSON, in the shape of the recorded answers."""

from datetime import datetime, timedelta

from sagebase_ops.sandbox.rest_answers import Json, stamp, with_odd, without
from sagebase_ops.sandbox.sql_scenario import BackupSettings, SqlInstance
from sagebase_ops.sandbox.world import World

REGION = "asia-northeast1"
_YEARS_OF_A_CA = timedelta(days=3650)


def resource(world: World, project: str, instance: SqlInstance) -> Json:
    """One that was stopped keeps `state: RUNNABLE` and says NEVER, as recorded."""
    return with_odd(without(_resource(world, project, instance), instance.unsaid), instance.odd)


def _resource(world: World, project: str, instance: SqlInstance) -> Json:
    installed = f"{instance.version}_{instance.minor}"
    return {
        "kind": "sql#instance",
        "name": instance.name,
        "project": project,
        "state": instance.state,
        "backendType": "SECOND_GEN",
        "databaseVersion": instance.version,
        "databaseInstalledVersion": installed,
        "maintenanceVersion": f"{installed}.R20240514.00_12",
        "instanceType": instance.instance_type,
        "region": REGION,
        "gceZone": f"{REGION}-b",
        "connectionName": f"{project}:{REGION}:{instance.name}",
        "createTime": stamp(world.anchor - instance.age),
        "etag": "abcdef0123A=",
        "ipAddresses": [{"type": "PRIMARY", "ipAddress": "10.10.10.10"}],
        "selfLink": f"https://sqladmin.googleapis.com/sql/v1beta4/projects/{project}/instances/{instance.name}",
        **_announced(world, instance),
        "serviceAccountEmailAddress": f"p{world.scenario.number}-abcdef@gcp-sa-cloud-sql.iam.gserviceaccount.com",
        "sqlNetworkArchitecture": "NEW_NETWORK_ARCHITECTURE",
        "settings": _settings(instance),
    }


def _announced(world: World, instance: SqlInstance) -> Json:
    """What is there at some times only."""
    found: Json = {}
    if instance.certificate_days is not None:
        found["serverCaCert"] = _certificate(instance, world.anchor + timedelta(days=instance.certificate_days))
    if instance.updates:
        found["availableMaintenanceVersions"] = instance.updates
    if instance.scheduled_in is not None:
        begins = world.anchor + instance.scheduled_in
        found["scheduledMaintenance"] = {"startTime": stamp(begins), "canReschedule": True}
    return found


def _certificate(instance: SqlInstance, expires: datetime) -> Json:
    return {
        "kind": "sql#sslCert",
        "cert": "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "certSerialNumber": "0",
        "commonName": "C=US,O=Google\\, Inc,CN=Google Cloud SQL Server CA",
        "createTime": stamp(expires - _YEARS_OF_A_CA),
        "expirationTime": stamp(expires),
        "instance": instance.name,
        "sha1Fingerprint": "12345678",
    }


def _settings(instance: SqlInstance) -> Json:
    """64-bit numbers are texts, 32-bit ones are numbers; what was never set is left out."""
    settings = {
        "kind": "sql#settings",
        "tier": instance.tier,
        "edition": instance.edition,
        "activationPolicy": instance.activation_policy,
        "availabilityType": instance.availability,
        "authorizedGaeApplications": [],
        "connectorEnforcement": "NOT_REQUIRED",
        "databaseFlags": [{"name": name, "value": value} for name, value in instance.flags.items()],
        "dataDiskSizeGb": str(instance.disk_gb),
        "dataDiskType": instance.disk_type,
        "deletionProtectionEnabled": True,
        "ipConfiguration": {"ipv4Enabled": False, "requireSsl": False, "sslMode": "ENCRYPTED_ONLY"},
        "locationPreference": {"kind": "sql#locationPreference", "zone": f"{REGION}-b"},
        "pricingPlan": "PER_USE",
        "replicationType": "SYNCHRONOUS",
        "settingsVersion": "12",
        "storageAutoResize": instance.auto_resize,
        "storageAutoResizeLimit": str(instance.auto_resize_limit_gb),
    }
    if instance.labels:
        settings["userLabels"] = instance.labels
    if instance.backup:
        settings["backupConfiguration"] = _backups(instance.backup)
    if instance.maintenance:
        window = {"day": instance.maintenance.day, "hour": instance.maintenance.hour}
        settings["maintenanceWindow"] = {
            "kind": "sql#maintenanceWindow",
            **window,
            "updateTrack": instance.maintenance.track,
        }
    if instance.deny_periods:
        settings["denyMaintenancePeriods"] = [
            {"startDate": one.start, "endDate": one.end, "time": one.time} for one in instance.deny_periods
        ]
    return settings


def _backups(wanted: BackupSettings) -> Json:
    return {
        "kind": "sql#backupConfiguration",
        "enabled": wanted.enabled,
        "startTime": wanted.start,
        "backupRetentionSettings": {"retentionUnit": "COUNT", "retainedBackups": wanted.retained},
        "pointInTimeRecoveryEnabled": wanted.point_in_time_recovery,
        "replicationLogArchivingEnabled": wanted.point_in_time_recovery,
        "transactionLogRetentionDays": wanted.log_days,
        "transactionalLogStorageState": "CLOUD_STORAGE",
        "backupTier": wanted.tier,
        **({"location": wanted.location} if wanted.location else {}),
    }
