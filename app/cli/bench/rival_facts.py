"""Daily sums made of the facts, for a database that does not keep them: named as the tables that would."""

SUMS = """
WITH RECURSIVE below (id) AS (
  SELECT :unit UNION ALL SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id
), friends_day AS (
  SELECT :unit AS unit_id, day, channel_id, SUM(reach) AS reach, SUM(adds) AS adds, SUM(losses) AS losses,
    SUM(CASE WHEN reach IS NOT NULL THEN adds END) AS adds_reached
  FROM friends WHERE unit_id IN (SELECT id FROM below) GROUP BY day, channel_id
), retention_day AS (
  SELECT :unit AS unit_id, r.cohort_day AS day, r.channel_id, r.day_n, SUM(r.retained) AS retained, SUM(f.adds) AS adds
  FROM retention r
  JOIN friends f ON f.unit_id = r.unit_id AND f.day = r.cohort_day AND f.channel_id = r.channel_id
  WHERE r.unit_id IN (SELECT id FROM below) AND r.retained IS NOT NULL AND f.adds IS NOT NULL
  GROUP BY r.cohort_day, r.channel_id, r.day_n
), counts AS (
  SELECT unit_id, day, COALESCE(cumulative, 0) AS cumulative, COALESCE(current, 0) AS current,
    LAG(day, 1, '0001-01-01') OVER earlier AS since,
    LAG(cumulative, 1, 0) OVER earlier AS was_cumulative, LAG(current, 1, 0) OVER earlier AS was_current
  FROM stock_counts WHERE unit_id IN (SELECT id FROM below)
  WINDOW earlier AS (PARTITION BY unit_id ORDER BY day)
), carried AS (
  SELECT c.*, COALESCE(SUM(f.adds), 0) AS adds, COALESCE(SUM(f.losses), 0) AS losses
  FROM counts c LEFT JOIN friends f ON f.unit_id = c.unit_id AND f.day <= c.day AND f.day > c.since
  GROUP BY c.unit_id, c.day
), stock_day AS (
  SELECT :unit AS unit_id, day, SUM(cumulative - was_cumulative - adds) AS step_cumulative,
    SUM(current - was_current - adds + losses) AS step_current
  FROM carried GROUP BY day
)
"""
"""Named as the tables of daily sums, so that the same statements run on both; SQLite computes what is read only.

The step of a count is what it says beyond the count before it and all adds and losses since.
"""
