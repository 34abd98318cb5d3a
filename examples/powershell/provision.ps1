<#
.SYNOPSIS
    Makes an account, a database and a collection, and gives a virtual machine's identity read-only keys.
.DESCRIPTION
    To run after Import-Module Cosmi, on a machine whose identity may make accounts and give roles in the resource group. Every step leaves what
    is there already as it is, so the script can be run again: after a failure, after Ctrl+C, or to see that everything is still so. Change the
    defaults to your names.
#>
[CmdletBinding()]
param(
    [string] $AccountName = 'myaccount',
    [string] $ResourceGroupName = 'rg',
    [string] $Location = 'westeurope',
    [string] $VMName = 'myvm'
)

$ErrorActionPreference = 'Stop'

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

$identity = Get-CosmiIdentity -ResourceGroupName $ResourceGroupName -VMName $VMName
$access = $identity | Grant-CosmiAccess -AccountName $AccountName -Role 'Cosmos DB Account Reader Role' -Wait
"role       $($access.Role) for $VMName is $($access.ChangeText)"
