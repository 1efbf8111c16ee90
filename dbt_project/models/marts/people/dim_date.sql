with build as (select * from {{ ref('int_build') }}),

visits as (select * from {{ ref('fct_appointments') }}),

entries as (select * from {{ ref('fct_ledger_entries') }}),

-- A mistyped year in an import must not fill the calendar: 1990 is the earliest, five years ahead the last.
bounds as (
    select
        date_trunc('year', greatest(
            date '1990-01-01',
            least((select today - 730 from build), (select min(start_date) from visits), (select min(service_date) from entries))
        )) as first_date,
        least(
            (select today + 1826 from build),
            greatest((select today + 730 from build), (select max(start_date) from visits))
        ) as last_date
),

days as (
    select cast(unnest(generate_series(first_date, last_date, interval 1 day)) as date) as date_day from bounds
),

finished as (
    select
        date_day,
        cast(date_trunc('week', date_day) as date) as week_start_date,
        cast(date_trunc('month', date_day) as date) as month_start_date,
        cast(date_trunc('quarter', date_day) as date) as quarter_start_date,
        cast(date_trunc('year', date_day) as date) as year_start_date,
        cast(year(date_day) as integer) as year_number,
        cast(month(date_day) as integer) as month_number,
        cast(isodow(date_day) as integer) as weekday,
        dayname(date_day) as weekday_name,
        isodow(date_day) >= 6 as is_weekend,
        date_day < build.today as is_past
    from days
    cross join build
)

select * from finished
