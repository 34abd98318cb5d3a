BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Get-CosmiAccount' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Get-CosmiAccount | Should -Be @(
            '-AccountName|Name [String[]] Account@0<value<name'
            '-Client [Client] All'
            '-ResourceGroupName|ResourceGroup [String] Account<name'
            '-ResourceId [String] ResourceId!<name'
            '-SubscriptionId [String] Account<name'
            '-TimeoutSec [Int32] All'
        )
    }

    It 'lists what the identity can see' {
        $accounts = Get-CosmiAccount
        $accounts.Count | Should -BeGreaterThan 5
        $accounts.name | Should -Contain 'myaccount'
        @(Get-CosmiAccount -SubscriptionId $simulator.subscriptionId -ResourceGroupName rg).Count | Should -Be $accounts.Count
    }

    It 'finds an account by its name, and gives the service''s document' {
        $account = Get-CosmiAccount -AccountName myaccount
        $account.PSObject.TypeNames[0] | Should -Be 'Cosmi.Account'
        $account.name | Should -Be 'myaccount'
        $account.properties.documentEndpoint | Should -Be $simulator.accounts.myaccount.endpoint
        $account.AccountName | Should -Be 'myaccount'
        $account.ResourceGroupName | Should -Be 'rg'
        $account.SubscriptionId | Should -Be $simulator.subscriptionId
        $account.Endpoint | Should -Be $simulator.accounts.myaccount.endpoint
        $account.ProvisioningState | Should -Be 'Succeeded'
        $account.CapacityMode | Should -Be 'Provisioned'
        $account.KeysAllowed | Should -BeTrue
    }

    It 'tells which accounts are being made' {
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ polls = 1000; seconds = 1000 }
        $null = New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope -NoWait
        $account = Get-CosmiAccount -AccountName newaccount
        $account.ProvisioningState | Should -Be 'Creating'
        $account | Out-String -Width 80 | Should -BeLike '*(Creating)*'
    }

    It 'tells accounts without keys and without throughput apart' {
        (Get-CosmiAccount -AccountName keylessaccount).KeysAllowed | Should -BeFalse
        (Get-CosmiAccount -AccountName serverlessaccount).CapacityMode | Should -Be 'Serverless'
    }

    It 'finds an account by its resource id' {
        $id = (Get-CosmiAccount -AccountName myaccount).id
        (Get-CosmiAccount -ResourceId $id).name | Should -Be 'myaccount'
        ([pscustomobject]@{ ResourceId = $id.ToUpperInvariant() } | Get-CosmiAccount).name | Should -Be 'myaccount'
    }

    It 'takes names from the pipeline, and keeps their order' {
        @(('readeraccount', 'myaccount' | Get-CosmiAccount).name) | Should -Be @('readeraccount', 'myaccount')
        @((Get-CosmiAccount -AccountName readeraccount, myaccount).name) | Should -Be @('readeraccount', 'myaccount')
    }

    It 'says <What>' -ForEach @(
        @{ What = 'that there is no such account'; Arguments = @{ AccountName = 'nosuchaccount' }; Id = 'Cosmi.NotFound'; Category = 'ObjectNotFound'; Target = 'nosuchaccount' }
        @{ What = 'that a name cannot be one'; Arguments = @{ AccountName = 'https://myaccount' }; Id = 'Cosmi.InvalidArgument'; Category = 'InvalidArgument'; Target = 'https://myaccount' }
        @{ What = 'that an id is not an account''s'; Arguments = @{ ResourceId = '/subscriptions/x/resourceGroups/y' }; Id = 'Cosmi.InvalidArgument'; Category = 'InvalidArgument'; Target = '/subscriptions/x/resourceGroups/y' }
        @{ What = 'that a group needs its subscription'; Arguments = @{ ResourceGroupName = 'rg' }; Id = 'Cosmi.InvalidArgument'; Category = 'InvalidArgument'; Target = 'rg' }
    ) {
        $failure = Invoke-Failing { Get-CosmiAccount @Arguments -ErrorAction Stop }
        $failure.Id | Should -Be $Id
        $failure.Category | Should -Be $Category
        $failure.Target | Should -Be $Target
        $failure.Action | Should -Not -BeNullOrEmpty
    }

    It 'goes on with the others' {
        $accounts = 'myaccount', 'nosuchaccount', 'readeraccount' | Get-CosmiAccount -ErrorAction SilentlyContinue -ErrorVariable failures
        @($accounts.name) | Should -Be @('myaccount', 'readeraccount')
        @($failures).Count | Should -Be 1
        $failures[0].TargetObject | Should -Be 'nosuchaccount'
    }
}
