BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'New-CosmiAccount' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name New-CosmiAccount | Should -Be @(
            '-Client [Client] All'
            '-Confirm|cf [SwitchParameter] All'
            '-ConsistencyLevel [String] All'
            '-DisableLocalAuth [SwitchParameter] All'
            '-FreeTier [SwitchParameter] All'
            '-Location [String[]] All!@2<name'
            '-Name|AccountName [String] All!@0<name'
            '-NoWait [SwitchParameter] All'
            '-ResourceGroupName|ResourceGroup [String] All!@1<name'
            '-Serverless [SwitchParameter] All'
            '-SubscriptionId [String] All<name'
            '-Tag [Hashtable] All'
            '-TimeoutSec [Int32] All'
            '-WhatIf|wi [SwitchParameter] All'
            '-ZoneRedundant [SwitchParameter] All'
        )
    }

    It 'makes an account in this machine''s subscription, and the second time says that it is so already' {
        $made = New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope
        $made.PSObject.TypeNames[0] | Should -Be 'Cosmi.MadeAccount'
        $made.PSObject.TypeNames[1] | Should -Be 'Cosmi.Account'
        $made.Change | Should -Be 'New'
        $made.AccountName | Should -Be 'newaccount'
        $made.SubscriptionId | Should -Be $simulator.subscriptionId
        $made.ProvisioningState | Should -Be 'Succeeded'
        $made.Endpoint | Should -BeLike 'https://*'
        $again = New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope
        $again.Change | Should -Be 'AlreadySo'
        $again | Out-String | Should -BeLike '*newaccount*already so*'
        @(Get-Change -Simulator $simulator).Count | Should -Be 1
    }

    It 'sends what is wished' {
        $splat = @{
            Name              = 'newaccount'
            ResourceGroupName = 'rg'
            SubscriptionId    = $simulator.subscriptionId
            Location          = 'westeurope', 'northeurope'
            ConsistencyLevel  = 'BoundedStaleness'
            FreeTier          = $true
            DisableLocalAuth  = $true
            ZoneRedundant     = $true
            Tag               = @{ purpose = 'test' }
        }
        (New-CosmiAccount @splat).KeysAllowed | Should -BeFalse
        ConvertTo-Canonical -Json (Get-Change -Simulator $simulator).Body | Should -Be (ConvertTo-Canonical -Json (@(
            '{"location":"westeurope","kind":"GlobalDocumentDB","tags":{"purpose":"test"},"properties":{"databaseAccountOfferType":"Standard","locations":['
            '{"locationName":"westeurope","failoverPriority":0,"isZoneRedundant":true},{"locationName":"northeurope","failoverPriority":1,"isZoneRedundant":true}],'
            '"consistencyPolicy":{"defaultConsistencyLevel":"BoundedStaleness"},"enableFreeTier":true,"disableLocalAuth":true}}'
        ) -join ''))
        (New-CosmiAccount @splat).Change | Should -Be 'AlreadySo'
    }

    It 'finds the same definition in words of any case and regions in any spelling' {
        $null = New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location 'West Europe' -ConsistencyLevel Strong
        (New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope -ConsistencyLevel strong).Change | Should -Be 'AlreadySo'
    }

    It 'tells which regions it has, and nothing that nobody asked for' {
        $failure = Invoke-Failing { New-CosmiAccount -Name myaccount -ResourceGroupName rg -Location westeurope, northeurope -ErrorAction Stop }
        $failure.Message | Should -BeLike '*locations is ?{*"locationName":"West Europe"*}?, not ?*northeurope*'
        $failure.Message | Should -Not -BeLike '*documentEndpoint*'
    }

    It 'makes a serverless one, and can be piped on' {
        $account = New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope -Serverless
        $account.CapacityMode | Should -Be 'Serverless'
        ($account | New-CosmiDatabase -Name Test).AccountName | Should -Be 'newaccount'
    }

    It 'uses the subscription the client was told' {
        $client = Connect-CosmiAccount -SubscriptionId $simulator.subscriptionId
        $null = New-CosmiAccount -Client $client -Name newaccount -ResourceGroupName rg -Location westeurope
        @(Get-SimulatorJournal -Simulator $simulator | Where-Object { $_.target -match 'metadata/instance' }) | Should -BeNullOrEmpty
    }

    It 'does not wait with -NoWait, and the same command waits for the rest' {
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ polls = 2; retryAfter = '0' }
        $accepted = New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope -NoWait
        $accepted.Change | Should -Be 'Accepted'
        $accepted.AccountName | Should -Be 'newaccount'
        $accepted.ProvisioningState | Should -Not -Be 'Succeeded'
        (New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope -NoWait).Change | Should -Be 'Accepted'
        $made = New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope
        $made.ProvisioningState | Should -Be 'Succeeded'
        @(Get-Change -Simulator $simulator).Count | Should -Be 1
    }

    It 'prints with -WhatIf what it sends without' {
        $script = { New-CosmiAccount -Name newaccount -ResourceGroupName rg -SubscriptionId 11111111-2222-3333-4444-555555555555 -Location westeurope -Serverless -Tag @{ a = 1 } }
        $printed = Get-WhatIf -Script "`$WhatIfPreference = `$true; $script; New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope"
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
        $printed[1].Path | Should -Be "/subscriptions/(this machine's)/resourceGroups/rg/providers/Microsoft.DocumentDB/databaseAccounts/newaccount"
        $null = & $script
        Assert-Sent -Printed $printed[0] -Sent (Get-Change -Simulator $simulator)
    }

    It 'says <What>' -ForEach @(
        @{ What = 'how it is there otherwise'; Arguments = @{ Name = 'myaccount'; Location = 'westeurope'; Serverless = $true }; Id = 'Cosmi.Conflict'; Message = '*EnableServerless*' }
        @{ What = 'that a name cannot be one'; Arguments = @{ Name = 'No_Name'; Location = 'westeurope' }; Id = 'Cosmi.InvalidArgument'; Message = '*name*' }
        @{ What = 'that there is no such group'; Arguments = @{ Name = 'newaccount'; Location = 'westeurope'; ResourceGroupName = 'nosuchgroup' }; Id = 'Cosmi.NotFound'; Message = '*group*' }
    ) {
        $splat = @{ ResourceGroupName = 'rg' } + @{}
        foreach ($entry in $Arguments.GetEnumerator()) { $splat[$entry.Key] = $entry.Value }
        $failure = Invoke-Failing { New-CosmiAccount @splat -ErrorAction Stop }
        $failure.Id | Should -Be $Id
        $failure.Target | Should -Be $Arguments.Name
        $failure.Message | Should -BeLike $Message
        $failure.Action | Should -Not -BeNullOrEmpty
    }

    It 'shows Azure''s own code and message of what failed there' {
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ retryAfter = '0'; fail = @{ code = 'ServiceUnavailable'; message = 'The region is full.' } }
        $failure = Invoke-Failing { New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Service'
        $failure.Message | Should -BeLike '*ServiceUnavailable: The region is full.*'
    }
}
