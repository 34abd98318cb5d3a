<#
.SYNOPSIS
    The whole tutorial, from nothing to a collection's JSON: account, database, collection, the machine's identity and its role, token, keys, collection.
.DESCRIPTION
    To run on an Azure virtual machine, after Import-Module Cosmi, where its identity may make accounts and give roles in the resource group. What is
    there already stays as it is, so the script can be run again: after a failure, after Ctrl+C, or to see that everything is still so. Change the
    defaults to your names.
.OUTPUTS
    A line of text for each step, and the collection with its offer as JSON.
#>
[CmdletBinding()]
param(
    [string] $AccountName = 'myaccount',
    [string] $ResourceGroupName = 'rg',
    [string] $Location = 'westeurope',
    [string] $VMName = 'myvm'
)

$ErrorActionPreference = 'Stop'

# The account, a database and a collection in it
$account = New-CosmiAccount -Name $AccountName -ResourceGroupName $ResourceGroupName -Location $Location
"account    $AccountName is $($account.ChangeText)"

$database = New-CosmiDatabase -AccountName $AccountName -Name Test
"database   $($database.Database) is $($database.ChangeText)"

$definition = @{
    AccountName      = $AccountName
    Database         = 'Test'
    Name             = 'Test'
    PartitionKeyPath = '/id'
    Throughput       = 400
}
$collection = New-CosmiCollection @definition
"collection $($collection.Name) is $($collection.ChangeText)"

# The machine's own identity, and its role on the account; -Wait until the role counts, which takes minutes
$identity = Enable-CosmiIdentity -ResourceGroupName $ResourceGroupName -VMName $VMName
"identity   $VMName has one, which is $($identity.ChangeText)"

$access = $identity | Grant-CosmiAccess -AccountName $AccountName -Role 'Cosmos DB Account Reader Role' -Wait
"role       $($access.Role) for $VMName is $($access.ChangeText)"

# With a token to the keys, with a key to the collection
$token = Get-CosmiToken -Resource https://management.azure.com/
"token      for $($token.Resource), from $($token.IdentitySource)"

$keys = Get-CosmiAccountKey -AccountName $AccountName -Kind ReadOnly
"keys       $($keys.Count), of which $($keys[0].Kind) is used"

Get-CosmiCollection -Endpoint $account.Endpoint -Key $keys[0].Key -Database Test -Name Test -AsJson
