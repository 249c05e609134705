"""What exports have instead of the width with devices, by docs/fleet.md."""


def why_no_devices(profile):
    """Why the width with devices counts for nothing, by docs/fleet.md; None: a device can be assigned, or the fact tells."""
    groups = profile["groups"]
    if profile["widths"]["iovaBits"]["reason"] == "absent":
        return None
    if profile["groupsReason"]:
        return profile["groupsReason"]
    if any(group["assignable"] for group in groups):
        return None
    doubts = {group["assignableReason"] for group in groups if group["assignable"] is None}
    return "not-assignable" if not doubts else "direct-region" if "direct-region" in doubts else "unreadable"


def exported(profile):
    """{width: (value, reason)}"""
    widths = {key: (fact["value"], fact["reason"]) for key, fact in profile["widths"].items()}
    reason, fact = why_no_devices(profile), profile["widths"]["safeGuestBitsWithDevices"]
    if reason == "not-assignable" or (reason and fact["value"] is not None):
        widths["safeGuestBitsWithDevices"] = None, reason
    return widths
