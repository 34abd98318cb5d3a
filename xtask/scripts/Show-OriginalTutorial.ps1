<#
.SYNOPSIS
    The commands of the tutorial of 2018, as they were printed, against the simulator.
.DESCRIPTION
    Runs where the simulator is 169.254.169.254. Only Resource Manager's host is another than in the tutorial;
    the path, its spelling and its stray slash are the tutorial's.
#>
[CmdletBinding()]
param(
    # The address that stands for https://management.azure.com/
    [Parameter(Mandatory)]
    [string] $ResourceManager,

    [Parameter(Mandatory)]
    [string] $SubscriptionId,

    [Parameter(Mandatory)]
    [string] $ResourceGroup
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function Write-Step {
    param([string] $Title, [string] $Result, [System.Diagnostics.Stopwatch] $Watch)
    '[step] {0}: {1} ({2:N0} ms)' -f $Title, $Result, $Watch.Elapsed.TotalMilliseconds
    $Watch.Restart()
}

$watch = [System.Diagnostics.Stopwatch]::StartNew()

$response = Invoke-WebRequest -Uri 'http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F' -Method GET -Headers @{Metadata="true"}
Write-Step -Title 'Ask the metadata service for a token' -Result "HTTP $($response.StatusCode)" -Watch $watch

$content = $response.Content | ConvertFrom-Json
$ArmToken = $content.access_token
if (-not $ArmToken) { throw 'the answer holds no access_token' }
Write-Step -Title 'Take the token out of the answer' -Result "a $($content.token_type) token of $($ArmToken.Length) characters for $($content.resource)" -Watch $watch

$account = "$($ResourceManager.TrimEnd('/'))/subscriptions/$SubscriptionId/resourceGroups/$ResourceGroup/providers/Microsoft.DocumentDb/databaseAccounts/myaccount"
$response = Invoke-WebRequest -Uri "$account/listKeys/?api-version=2016-12-01" -Method POST -Headers @{Authorization="Bearer $ARMToken"}
$keys = $response.Content | ConvertFrom-Json
if (-not $keys.primaryMasterKey) { throw 'the answer holds no primaryMasterKey' }
Write-Step -Title 'Ask Resource Manager for the keys (listKeys/)' -Result ($keys.PSObject.Properties.Name -join ', ') -Watch $watch

$response = Invoke-WebRequest -Uri "$account/readonlykeys/?api-version=2016-12-01" -Method POST -Headers @{Authorization="Bearer $ARMToken"}
$keys = $response.Content | ConvertFrom-Json
if (-not $keys.primaryReadonlyMasterKey) { throw 'the answer holds no primaryReadonlyMasterKey' }
Write-Step -Title 'The same for the read-only keys (readonlykeys/)' -Result ($keys.PSObject.Properties.Name -join ', ') -Watch $watch
