<#
.SYNOPSIS
    Runs the Pester tests of a folder; the last line it writes is for programs.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Path
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'

# Windows PowerShell ships Pester 3, whose tests look alike and mean something else.
$pester = Get-Module -Name Pester -ListAvailable |
    Where-Object { $_.Version.Major -ge 5 } |
    Sort-Object -Property Version -Descending |
    Select-Object -First 1
if (-not $pester) {
    'no Pester 5'
    exit 2
}
Import-Module -Name $pester.Path

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Detailed'
$result = Invoke-Pester -Configuration $configuration

# A file that cannot be read, or a block whose set-up fails, counts no failed test of its own.
$failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
$skipped = $result.SkippedCount + $result.NotRunCount
'tests: {0} passed, {1} failed, {2} skipped' -f $result.PassedCount, $failed, $skipped
exit [int]($failed -gt 0)
