"""The retailer's questions once more, in SQL over the raw files, written by hand.

Nothing of ours is used: times are the files' UTC stamps, days and months those of New York, ranks
are tied by the hash that docs/reference tells of. Each query gives the households by their number.
"""

PRELUDE = """
CREATE VIEW events AS SELECT * FROM 'DATA/completejourney_events.parquet' WHERE HOUSEHOLDS;
CREATE VIEW people AS SELECT * FROM 'DATA/completejourney_demographics.parquet' WHERE HOUSEHOLDS;
CREATE VIEW orders AS
    SELECT *, (ts AT TIME ZONE 'UTC') AT TIME ZONE 'America/New_York' AS there
    FROM events WHERE event = 'order';
CREATE VIEW redeemed AS SELECT * FROM events WHERE event = 'coupon_redeemed';
CREATE MACRO ago(days) AS TIMESTAMP '2018-01-01 05:00:00' - to_days(days);
"""

QUERIES = {
    1: "SELECT customer_id FROM orders WHERE ts >= ago(30) GROUP BY 1 HAVING count(*) >= 10",
    2: "SELECT customer_id FROM orders GROUP BY 1 HAVING max(ts) < ago(60)",
    3: "SELECT customer_id FROM orders WHERE ts >= ago(90) GROUP BY 1 HAVING sum(amount) >= 1000",
    4: """
        SELECT customer_id FROM orders WHERE list_contains(tags, 'MEAT')
        GROUP BY 1 HAVING sum(amount) >= 100 * count(*) AND count(*) >= 10
    """,
    5: """
        SELECT customer_id FROM (
            SELECT customer_id, count(*) FILTER (ts >= ago(90)) AS recent,
                count(*) FILTER (ts >= ago(180) AND ts < ago(90)) AS before
            FROM orders GROUP BY 1)
        WHERE before >= 10 AND 2 * recent <= before
    """,
    6: """
        SELECT DISTINCT r.customer_id FROM redeemed r JOIN orders o USING (customer_id)
        WHERE o.ts - r.ts >= to_days(1) AND o.ts - r.ts < to_days(8)
    """,
    7: """
        SELECT DISTINCT customer_id FROM redeemed r WHERE ts <= ago(15) AND NOT EXISTS (
            SELECT 1 FROM orders o WHERE o.customer_id = r.customer_id
                AND o.ts - r.ts >= to_days(1) AND o.ts - r.ts < to_days(15))
    """,
    8: """
        SELECT customer_id FROM orders WHERE ts >= ago(365)
        GROUP BY 1 HAVING 10 * count(*) FILTER (store_id = 367) > 8 * count(*)
    """,
    9: """
        SELECT customer_id FROM people WHERE kids_count IN ('1', '2', '3+')
            AND (income = '250K+' OR TRY_CAST(split_part(income, '-', 1) AS INT) >= 100)
    """,
    10: """
        SELECT customer_id FROM orders WHERE customer_id NOT IN
            (SELECT customer_id FROM people WHERE age IS NOT NULL)
        GROUP BY 1 HAVING count(*) >= 100
    """,
    11: """
        SELECT customer_id FROM (
            SELECT customer_id, count(*) OVER () AS people, row_number() OVER (
                ORDER BY came DESC,
                    substr(sha256(concat_ws(chr(31), 'bucket', 'user_id', customer_id)), 1, 32)
            ) AS place
            FROM (SELECT customer_id, count(*) AS came FROM orders WHERE ts >= ago(90) GROUP BY 1))
        WHERE place <= ceil(people / 10)
    """,
    12: """
        SELECT customer_id FROM orders WHERE there >= '2017-07-01' AND there < '2018-01-01'
        GROUP BY 1 HAVING count(DISTINCT month(there)) = 6
    """,
    13: """
        SELECT customer_id FROM events WHERE event = 'campaign_received' AND campaign_id = 18
        EXCEPT SELECT customer_id FROM redeemed WHERE campaign_id = 18
            AND ts >= '2017-10-30 04:00:00' AND ts < '2017-12-25 05:00:00'
    """,
    14: """
        SELECT customer_id FROM orders GROUP BY 1
        HAVING max_by(coupon_disc, (ts, event_id)) > 0
    """,
    15: """
        SELECT customer_id FROM orders WHERE ts >= ago(180)
        GROUP BY 1 HAVING count(DISTINCT store_id) >= 5
    """,
    16: """
        SELECT customer_id FROM orders GROUP BY 1 HAVING max(ts) < ago(21) AND
            count(DISTINCT weekofyear(there)) FILTER (
                there >= '2017-10-02' AND there < '2017-12-04') >= 8
    """,
}
