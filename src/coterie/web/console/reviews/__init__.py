"""The review of a campaign: one page, a workbook, one sheet of paper, all from one telling."""
