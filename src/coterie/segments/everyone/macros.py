"""The words that the SQL of segments is written in: DuckDB macros over JSON values.

They keep the queries short enough for an analyst to read. A value is JSON; one that is absent,
null or "" is missing. Moments are milliseconds; local times are in the session's zone.
"""

import re

PRELUDE = r"""
-- the value under a key of an object; nothing from anything else
CREATE OR REPLACE TEMP MACRO field(object, key) AS
  CASE json_type(object) WHEN 'OBJECT'
    THEN json_extract(object, '/' || replace(replace(key, '~', '~0'), '/', '~1')) END;

CREATE OR REPLACE TEMP MACRO present(v) AS coalesce(v ->> '$', '') <> '';

CREATE OR REPLACE TEMP MACRO text_of(v) AS
  CASE json_type(v) WHEN 'VARCHAR' THEN v ->> '$' END;

-- text, or the word of true and false
CREATE OR REPLACE TEMP MACRO word_of(v) AS
  CASE WHEN json_type(v) IN ('VARCHAR', 'BOOLEAN') THEN v ->> '$' END;

CREATE OR REPLACE TEMP MACRO items_of(v) AS json_extract(v, '$[*]');
CREATE OR REPLACE TEMP MACRO items_or_itself(v) AS
  CASE json_type(v) WHEN 'ARRAY' THEN items_of(v) ELSE [v] END;

CREATE OR REPLACE TEMP MACRO is_number(v) AS
  json_type(v) IN ('UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE');

-- the digits of a number, or of text that is one
CREATE OR REPLACE TEMP MACRO digits(v) AS
  CASE WHEN is_number(v) THEN v ->> '$'
       WHEN json_type(v) = 'VARCHAR' AND regexp_full_match(v ->> '$',
         '[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?')
       THEN v ->> '$' END;

-- order and equality to more digits than a double has: the double first, then 38 digits
CREATE OR REPLACE TEMP MACRO exact(digits) AS
  CASE WHEN digits IS NOT NULL
    THEN row(TRY_CAST(digits AS DOUBLE) + 0, coalesce(TRY_CAST(digits AS DECIMAL(38, 12)), 0)) END;

-- bound once by the list: digits are dear
CREATE OR REPLACE TEMP MACRO number(v) AS
  list_transform([digits(v)], lambda d: exact(d))[1];

-- what distinct takes for one: numbers by value, all else by kind and text
CREATE OR REPLACE TEMP MACRO kind_and_text(v) AS
  CASE WHEN is_number(v) THEN 'number ' || (number(v)::VARCHAR)
       WHEN present(v) THEN json_type(v) || ' ' || (v ->> '$') END;

-- a number as a whole number of ten-thousandths, halves away from zero, within 62 bits
CREATE OR REPLACE TEMP MACRO in_range(n) AS
  CASE WHEN n > -4611686018427387904 AND n < 4611686018427387904 THEN n::BIGINT END;
CREATE OR REPLACE TEMP MACRO scaled(v) AS
  in_range(TRY_CAST(digits(v) AS DECIMAL(24, 4)) * 10000);

CREATE OR REPLACE TEMP MACRO local_time(moment) AS
  CAST(make_timestamp_ms(moment) AT TIME ZONE 'UTC' AS TIMESTAMP);

-- of an hour that the clock repeats, the first
CREATE OR REPLACE TEMP MACRO moment_at(local) AS
  list_transform([epoch_ms(CAST(local AS TIMESTAMPTZ))], lambda moment:
    CASE WHEN local_time(moment - 3600000) = local THEN moment - 3600000 ELSE moment END)[1];

-- ISO 8601 with a calendar date written out; the time extended or basic, not half and half
CREATE OR REPLACE TEMP MACRO is_iso(text) AS
  regexp_full_match(text, '[0-9]{4}-[0-9]{2}-[0-9]{2}'
    || '([T ]([0-9]{2}(:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?)?|[0-9]{4}|[0-9]{6}([.,][0-9]+)?)'
    || '( ?(Z|[+-]([0-9]{2}(:[0-9]{2}(:[0-9]{2})?)?|[0-9]{4}|[0-9]{6})))?)?');
-- its pieces, "" for those not written
CREATE OR REPLACE TEMP MACRO pieces(text) AS
  regexp_extract(text,
    '(?s)^([0-9]{4})-?([0-9]{2})-?([0-9]{2})'
    || '(?:.([01][0-9]|2[0-3])(?::?([0-5][0-9]))?(?::?([0-5][0-9]))?(?:[.,]([0-9]+))?'
    || ' ?(Z|[+-][0-9:]+)?)?$',
    ['year', 'month', 'day', 'hour', 'minute', 'second', 'part', 'zone']);
CREATE OR REPLACE TEMP MACRO local_of(p) AS
  TRY_CAST(p.year || '-' || p.month || '-' || p.day || ' ' || coalesce(nullif(p.hour, ''), '00')
    || ':' || coalesce(nullif(p.minute, ''), '00') || ':' || coalesce(nullif(p.second, ''), '00')
    || '.' || rpad(p.part, 3, '0')[:3] AS TIMESTAMP);
CREATE OR REPLACE TEMP MACRO offset_of(zone) AS
  list_transform([regexp_extract(zone,
      '^([+-])([01][0-9]|2[0-3]):?([0-5][0-9])?:?([0-5][0-9])?$',
      ['sign', 'hours', 'minutes', 'seconds'])], lambda o:
    CASE WHEN o.hours <> '' THEN (o.sign || '1')::BIGINT * 1000 * (o.hours::BIGINT * 3600
      + coalesce(TRY_CAST(o.minutes AS BIGINT), 0) * 60
      + coalesce(TRY_CAST(o.seconds AS BIGINT), 0)) END)[1];
CREATE OR REPLACE TEMP MACRO moment_of_text(text) AS
  list_transform([pieces(text)], lambda p:
    list_transform([local_of(p)], lambda local:
      CASE p.zone WHEN '' THEN moment_at(local) WHEN 'Z' THEN epoch_ms(local)
        ELSE epoch_ms(local) - offset_of(p.zone) END)[1])[1];
CREATE OR REPLACE TEMP MACRO moment_of_number(number) AS
  list_transform([number], lambda n:
    CASE WHEN abs(n) >= 1e14 THEN NULL
         WHEN abs(n) >= 1e11 THEN trunc(n)::BIGINT
         ELSE trunc(n * 1000)::BIGINT END)[1];

-- the moment that a value names: ISO 8601, seconds or milliseconds since 1970
CREATE OR REPLACE TEMP MACRO moment(value) AS
  list_transform([value], lambda v:
    CASE WHEN json_type(v) = 'VARCHAR' AND is_iso(v ->> '$') THEN moment_of_text(v ->> '$')
         WHEN is_number(v) THEN moment_of_number(TRY_CAST(v ->> '$' AS DOUBLE)) END)[1];
"""

_WORDS = re.compile("|".join(rf"\b{word}\(" for word in re.findall(r"MACRO (\w+)\(", PRELUDE)))


def speaks(query: str) -> bool:
    """Say whether a query uses one of the words, so that they must be there to be understood.

    >>> speaks("SELECT scaled(v) FROM t"), speaks("SELECT profile FROM tags")
    (True, False)
    """
    return _WORDS.search(query) is not None
