<#
.SYNOPSIS
    An Azure Automation runbook: fails when a collection's throughput is above a limit.
.DESCRIPTION
    Uses the Automation account's identity: the system-assigned one, or the user-assigned one whose client id is given.
    On a hybrid worker it is the system-assigned one always.
#>
[CmdletBinding()]
param(
    # The Cosmos DB account's name
    [Parameter(Mandatory = $true)]
    [string] $AccountName,

    # The database
    [Parameter(Mandatory = $true)]
    [string] $Database,

    # The collections
    [Parameter(Mandatory = $true)]
    [string[]] $Name,

    # Request units per second that are still all right
    [Parameter(Mandatory = $true)]
    [int] $Limit,

    # The client id of a user-assigned identity
    [string] $ClientId
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'

$connection = @{
    AccountName    = $AccountName
    # Never the identity of the machine that a hybrid worker is
    IdentitySource = 'AppService'
}
if ($ClientId) {
    $connection.ClientId = $ClientId
}
$null = Connect-CosmiAccount @connection

$collections = Get-CosmiCollection -Database $Database -Name $Name
foreach ($collection in $collections) {
    '{0}: {1}' -f $collection.Name, $collection.ThroughputText
}
$tooHigh = $collections | Where-Object { $_.Throughput -gt $Limit -or $_.MaxThroughput -gt $Limit }
if ($tooHigh) {
    throw "More than $Limit RU/s: $($tooHigh.Name -join ', ')"
}
"All collections have $Limit RU/s or less."
