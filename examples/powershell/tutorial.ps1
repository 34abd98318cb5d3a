<#
.SYNOPSIS
    The tutorial step by step: from a virtual machine's managed identity to a Cosmos DB collection.
.DESCRIPTION
    To run on an Azure virtual machine that has an identity with a role on the account, after Import-Module Cosmi.
    Change the names in the first step to yours.
#>
[CmdletBinding()]
param()

# The account, and the collection in it
$account = @{
    SubscriptionId    = '11111111-2222-3333-4444-555555555555'
    ResourceGroupName = 'rg'
    AccountName       = 'myaccount'
}
$collection = @{
    Database = 'Test'
    Name     = 'Test'
}

# Where is this machine, and where do its tokens come from?
Get-CosmiEnvironment

# A token for Azure Resource Manager
Get-CosmiToken -Resource https://management.azure.com/

# The account's read-only keys: enough to look at a collection
$keys = Get-CosmiAccountKey @account -Kind ReadOnly
$keys

# The account's address
$endpoint = (Get-CosmiAccount @account).Endpoint
$endpoint

# The collection and its offer, as "az cosmosdb collection show" printed them
Get-CosmiCollection -Endpoint $endpoint -Key $keys[0].Key @collection -AsJson

# All of that in one line, from nothing but names
Get-CosmiCollection -AccountName myaccount -Database Test -Name Test
