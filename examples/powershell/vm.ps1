<#
.SYNOPSIS
    Writes a report of collections and their throughput, for a scheduled task on an Azure virtual machine.
.DESCRIPTION
    The machine's identity needs the role Cosmos DB Account Reader Role on the account. Where something does not work
    the script tells which link of the chain is broken, and ends with exit code 1.
.EXAMPLE
    ./vm.ps1 -AccountName myaccount -Database D -Name A, B, C -Path ./throughput.csv
#>
[CmdletBinding()]
param(
    # The account's name
    [Parameter(Mandatory = $true)]
    [string] $AccountName,

    # The database
    [Parameter(Mandatory = $true)]
    [string] $Database,

    # The collections
    [Parameter(Mandatory = $true)]
    [string[]] $Name,

    # The report to write
    [Parameter(Mandatory = $true)]
    [string] $Path
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'

$null = Connect-CosmiAccount -AccountName $AccountName -TimeoutSec 60
try {
    $Name |
        Get-CosmiCollection -Database $Database |
        Select-Object -Property Database, Name, Throughput, MaxThroughput, OfferAbsence |
        Export-Csv -Path $Path -NoTypeInformation
    "The report is in $Path"
}
catch {
    [System.Console]::Error.WriteLine("$($_.FullyQualifiedErrorId): $_")
    Test-CosmiAccess | Format-Table -Wrap
    exit 1
}
finally {
    Disconnect-CosmiAccount
}
