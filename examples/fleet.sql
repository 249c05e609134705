-- Questions to a fleet, for DuckDB. The input is JSON lines: summaries (`hawctl export ansible` of each host, one line each), or
-- whole profiles (`hawctl gather`), which have no class and no pool.
--     duckdb -cmd "SET VARIABLE fleet = 'summaries.jsonl'" < fleet.sql
-- The columns are named: without them, DuckDB reads everything to find out the types, which takes ten times as long for profiles.
-- A summary has no device_bits if VFIO cannot assign any device. Of a profile, device_bits is what CPU and IOMMU allow, and only
-- 'hawctl baseline' tells whether a device can be assigned.
-- A width that is unknown is NULL. min() and comparisons leave NULL out, so each question counts the unknown ones apart.
CREATE OR REPLACE VIEW hosts AS
SELECT host.hostname AS hostname, host.machineId AS machine_id, host.cpuModelName AS cpu,
        widths.cpuPhysicalBits.value AS cpu_bits, widths.iovaBits.value AS iova_bits, widths.iovaBits.reason AS iova_reason,
        widths.safeGuestBits.value AS guest_bits, widths.safeGuestBitsWithDevices.value AS device_bits,
        widths.safeGuestBitsWithDevices.reason AS device_reason, class, pool
FROM read_ndjson(getvariable('fleet'), maximum_object_size = 67108864, columns = {
        host: 'STRUCT(hostname VARCHAR, machineId VARCHAR, cpuModelName VARCHAR)',
        widths: 'STRUCT(cpuPhysicalBits STRUCT(value UTINYINT), iovaBits STRUCT(value UTINYINT, reason VARCHAR),
                        safeGuestBits STRUCT(value UTINYINT), safeGuestBitsWithDevices STRUCT(value UTINYINT, reason VARCHAR))',
        class: 'VARCHAR', pool: 'VARCHAR'});

-- How wide a guest may be that runs on every host: only if none is unknown. Hosts that cannot assign devices are counted apart.
SELECT count(*) AS hosts, min(guest_bits) AS guest_bits, count(*) FILTER (guest_bits IS NULL) AS guest_unknown,
        min(device_bits) AS device_bits,
        count(*) FILTER (device_bits IS NULL AND iova_reason IS DISTINCT FROM 'absent' AND device_reason IS DISTINCT FROM 'not-applicable')
                AS device_unknown,
        count(*) FILTER (iova_reason = 'absent' OR device_reason = 'not-applicable') AS without_devices
FROM hosts;

-- The ladder: hosts that hold a guest of this width, and hosts that do not, or may not.
SELECT step.bits, count(*) FILTER (guest_bits >= step.bits) AS hold, count(*) FILTER (guest_bits < step.bits) AS cannot,
        count(*) FILTER (guest_bits IS NULL) AS unknown
FROM hosts, (SELECT DISTINCT guest_bits AS bits FROM hosts WHERE guest_bits IS NOT NULL) AS step
GROUP BY step.bits ORDER BY step.bits;

-- Pools: within one, guests move while they run, in both directions. NULL: an input is unknown.
SELECT substr(pool, 1, 12) AS pool, count(*) AS hosts, min(guest_bits) AS guest_bits, min(hostname) AS example
FROM hosts GROUP BY pool ORDER BY hosts DESC, pool;

-- Which CPUs hold the fleet back.
SELECT cpu, guest_bits, count(*) AS hosts FROM hosts
WHERE guest_bits = (SELECT min(guest_bits) FROM hosts) GROUP BY cpu, guest_bits ORDER BY hosts DESC, cpu;
