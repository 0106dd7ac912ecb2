"""Forty requests of Harbor's API, written by hand from the text of its description (OpenAPI 2.0): what each of them must look like on the wire.

A row is tool, parameters, body, then what must arrive: method, target, header fields. The body must arrive as the JSON that was given.
In a target everything but the unreserved characters of RFC 3986 is percent-encoded in a value; the comma between the elements of an array
is not. Parameters that were not given are not sent, whatever their default.
"""

JSON = {"content-type": "application/json"}
PROJECT = "/api/v2.0/projects"
DIGEST = "sha256:9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0"
ENCODED_DIGEST = "sha256%3A9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0"
REPORT = "application/vnd.security.vulnerability.report; version=1.1, application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0"


def repository(project, name):
    return {"project_name": project, "repository_name": name}


REQUESTS = [
    # No parameters but the one header field that every operation refers to.
    ("getHealth", {}, None, "GET", "/api/v2.0/health", {}),
    ("getHealth", {"X-Request-Id": "a b;c=1, d"}, None, "GET", "/api/v2.0/health", {"x-request-id": "a b;c=1, d"}),
    # Query: text with everything that has a meaning in a query.
    ("search", {"q": "a&b=c#d?e+f%2F/ü"}, None, "GET", "/api/v2.0/search?q=a%26b%3Dc%23d%3Fe%2Bf%252F%2F%C3%BC", {}),
    ("searchLdapGroup", {"groupdn": "cn=a,dc=b"}, None, "GET", "/api/v2.0/ldap/groups/search?groupdn=cn%3Da%2Cdc%3Db", {}),
    (
        "listProjects",
        {"q": "name=~lib,owner_id=[1~3]", "page": 2, "page_size": 100, "sort": "-name", "public": False, "with_detail": True},
        None,
        "GET",
        f"{PROJECT}?q=name%3D~lib%2Cowner_id%3D%5B1~3%5D&page=2&page_size=100&sort=-name&public=false&with_detail=true",
        {},
    ),
    ("headProject", {"project_name": "a b"}, None, "HEAD", f"{PROJECT}?project_name=a%20b", {}),
    # A header field that is a boolean, a body, and null where `x-nullable` lets it be.
    (
        "createProject",
        {"X-Resource-Name-In-Location": True, "X-Request-Id": "1"},
        {"project_name": "größe", "metadata": {"public": "true", "severity": None}, "storage_limit": -1, "registry_id": None},
        "POST",
        PROJECT,
        JSON | {"x-resource-name-in-location": "true", "x-request-id": "1"},
    ),
    ("getProject", {"project_name_or_id": "42", "X-Is-Resource-Name": True}, None, "GET", f"{PROJECT}/42", {"x-is-resource-name": "true"}),
    ("getProject", {"project_name_or_id": "lib/members"}, None, "GET", f"{PROJECT}/lib%2Fmembers", {}),
    ("deleteProject", {"project_name_or_id": "a?b#c;d", "X-Is-Resource-Name": False}, None, "DELETE", f"{PROJECT}/a%3Fb%23c%3Bd", {"x-is-resource-name": "false"}),
    ("getProjectDeletable", {"project_name_or_id": "lib"}, None, "GET", f"{PROJECT}/lib/_deletable", {}),
    (
        "createProjectMember",
        {"project_name_or_id": "lib"},
        {"role_id": 1, "member_user": {"username": "alice"}},
        "POST",
        f"{PROJECT}/lib/members",
        JSON,
    ),
    ("updateProjectMember", {"project_name_or_id": "lib", "mid": 7}, {"role_id": 2}, "PUT", f"{PROJECT}/lib/members/7", JSON),
    # A path that ends with a slash, and a body that is a map.
    ("listProjectMetadatas", {"project_name_or_id": "lib"}, None, "GET", f"{PROJECT}/lib/metadatas/", {}),
    ("addProjectMetadatas", {"project_name_or_id": "lib"}, {"public": "true", "a b": "c"}, "POST", f"{PROJECT}/lib/metadatas/", JSON),
    ("getProjectMetadata", {"project_name_or_id": "lib", "meta_name": "auto/scan"}, None, "GET", f"{PROJECT}/lib/metadatas/auto%2Fscan", {}),
    # A repository's name with a slash is to be given encoded; that is encoded again.
    ("getRepository", repository("lib", "a%2Fb"), None, "GET", f"{PROJECT}/lib/repositories/a%252Fb", {}),
    ("getRepository", repository("lib", "a/b"), None, "GET", f"{PROJECT}/lib/repositories/a%2Fb", {}),
    ("updateRepository", repository("lib", "nginx"), {"description": "line\nline"}, "PUT", f"{PROJECT}/lib/repositories/nginx", JSON),
    (
        "listArtifacts",
        repository("lib", "nginx") | {"with_tag": False, "with_label": True, "X-Accept-Vulnerabilities": REPORT},
        None,
        "GET",
        f"{PROJECT}/lib/repositories/nginx/artifacts?with_tag=false&with_label=true",
        {"x-accept-vulnerabilities": REPORT},
    ),
    (
        "CopyArtifact",
        repository("lib", "nginx") | {"from": "other/nginx@" + DIGEST},
        None,
        "POST",
        f"{PROJECT}/lib/repositories/nginx/artifacts?from=other%2Fnginx%40{ENCODED_DIGEST}",
        {},
    ),
    ("getArtifact", repository("lib", "nginx") | {"reference": DIGEST}, None, "GET", f"{PROJECT}/lib/repositories/nginx/artifacts/{ENCODED_DIGEST}", {}),
    (
        "scanArtifact",
        repository("lib", "nginx") | {"reference": "1.0"},
        {"scan_type": "sbom"},
        "POST",
        f"{PROJECT}/lib/repositories/nginx/artifacts/1.0/scan",
        JSON,
    ),
    # A body that is optional, and not given.
    ("scanArtifact", repository("lib", "nginx") | {"reference": "1.0"}, None, "POST", f"{PROJECT}/lib/repositories/nginx/artifacts/1.0/scan", {}),
    (
        "getReportLog",
        repository("lib", "nginx") | {"reference": "1.0", "report_id": "{a|b}"},
        None,
        "GET",
        f"{PROJECT}/lib/repositories/nginx/artifacts/1.0/scan/%7Ba%7Cb%7D/log",
        {"accept": "text/plain"},
    ),
    (
        "deleteTag",
        repository("lib", "nginx") | {"reference": "latest", "tag_name": "v1.0_a-b~c"},
        None,
        "DELETE",
        f"{PROJECT}/lib/repositories/nginx/artifacts/latest/tags/v1.0_a-b~c",
        {},
    ),
    (
        "getAddition",
        repository("lib", "nginx") | {"reference": "latest", "addition": "values.yaml"},
        None,
        "GET",
        f"{PROJECT}/lib/repositories/nginx/artifacts/latest/additions/values.yaml",
        {},
    ),
    # An array in the query without a collectionFormat is joined by commas; a comma inside of an element is not one of them.
    (
        "ListWebhookJobs",
        {"project_name_or_id": "lib", "policy_id": 3, "status": ["running", "pen,ding", "a b"]},
        None,
        "GET",
        f"{PROJECT}/lib/webhook/jobs?policy_id=3&status=running,pen%2Cding,a%20b",
        {},
    ),
    ("ListWebhookJobs", {"project_name_or_id": "lib", "policy_id": 3, "status": ["success"]}, None, "GET", f"{PROJECT}/lib/webhook/jobs?policy_id=3&status=success", {}),
    (
        "CreateImmuRule",
        {"project_name_or_id": "lib"},
        {
            "disabled": False,
            "action": "immutable",
            "params": {},
            "tag_selectors": [{"kind": "doublestar", "decoration": "matches", "pattern": "**"}],
            "scope_selectors": {"repository": [{"kind": "doublestar", "decoration": "repoMatches", "pattern": "{a,b}"}]},
        },
        "POST",
        f"{PROJECT}/lib/immutabletagrules",
        JSON,
    ),
    ("getIcon", {"digest": DIGEST}, None, "GET", f"/api/v2.0/icons/{ENCODED_DIGEST}", {}),
    ("updateQuota", {"id": 5}, {"hard": {"storage": 10737418240, "count": -1}}, "PUT", "/api/v2.0/quotas/5", JSON),
    ("RefreshSec", {"robot_id": 9007199254740993}, {"secret": 'a"\\\t'}, "PATCH", "/api/v2.0/robots/9007199254740993", JSON),
    ("startReplication", {}, {"policy_id": 9223372036854775807}, "POST", "/api/v2.0/replication/executions", JSON),
    # No body is described: none is sent, and so no type of one.
    ("stopReplication", {"id": 8}, None, "PUT", "/api/v2.0/replication/executions/8", {}),
    ("getCert", {}, None, "GET", "/api/v2.0/systeminfo/getcert", {"accept": "application/octet-stream"}),
    (
        "createGCSchedule",
        {},
        {"schedule": {"type": "Custom", "cron": "0 0 * * * *"}, "parameters": {"delete_untagged": {"x": [1, 2.5, None]}}},
        "POST",
        "/api/v2.0/system/gc/schedule",
        JSON,
    ),
    ("actionPendingJobs", {"job_type": "IMAGE SCAN&"}, {"action": "pause"}, "PUT", "/api/v2.0/jobservice/queues/IMAGE%20SCAN%26", JSON),
    (
        "exportScanData",
        {"X-Scan-Data-Type": "application/vnd.security.vulnerability.report; version=1.1"},
        {"job_name": "all", "projects": [1, 2], "labels": [], "cveIds": "CVE-1,CVE-2"},
        "POST",
        "/api/v2.0/export/cve",
        JSON | {"x-scan-data-type": "application/vnd.security.vulnerability.report; version=1.1"},
    ),
    ("downloadScanData", {"execution_id": 4, "format": "csv"}, None, "GET", "/api/v2.0/export/cve/download/4?format=csv", {"accept": "text/csv"}),
]
