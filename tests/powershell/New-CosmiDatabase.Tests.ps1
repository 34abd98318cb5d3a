BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'New-CosmiDatabase' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name New-CosmiDatabase | Should -Be @(
            '-AccountName [String] Account<name'
            '-Client [Client] All'
            '-Confirm|cf [SwitchParameter] All'
            '-MaxThroughput [Int32] All'
            '-Name|Database [String[]] All!@0<value<name'
            '-NoWait [SwitchParameter] All'
            '-ResourceGroupName|ResourceGroup [String] Account<name'
            '-ResourceId [String] ResourceId!<name'
            '-SubscriptionId [String] Account<name'
            '-Throughput [Int32] All'
            '-TimeoutSec [Int32] All'
            '-WhatIf|wi [SwitchParameter] All'
        )
    }

    It 'makes a database, and the second time says that it is so already' {
        $made = New-CosmiDatabase -AccountName myaccount -Name Sales
        $made.PSObject.TypeNames[0] | Should -Be 'Cosmi.Database'
        $made.Change | Should -Be 'New'
        $made.ChangeText | Should -Be 'new'
        $made.Database | Should -Be 'Sales'
        $made.AccountName | Should -Be 'myaccount'
        $again = New-CosmiDatabase -AccountName myaccount -Name Sales
        $again.Change | Should -Be 'AlreadySo'
        $again | Out-String | Should -BeLike '*already so*'
        $again._rid | Should -Be $made._rid
        @(Get-Change -Simulator $simulator).Count | Should -Be 1
    }

    It 'gives it throughput: <Kind>' -ForEach @(
        @{ Arguments = @{ Throughput = 500 }; Kind = 'Manual'; Units = 500 }
        @{ Arguments = @{ MaxThroughput = 2000 }; Kind = 'Autoscale'; Units = 2000 }
        @{ Arguments = @{}; Kind = 'None'; Units = $null }
    ) {
        $throughput = New-CosmiDatabase -AccountName myaccount -Name Sales @Arguments | Get-CosmiThroughput
        $throughput.Kind | Should -Be $Kind
        $throughput.RequestUnits | Should -Be $Units
    }

    It 'makes several, by name or from rows' {
        $made = 'S1', 'S2' | New-CosmiDatabase -AccountName myaccount
        @($made.Database) | Should -Be @('S1', 'S2')
        $rows = [pscustomobject]@{ AccountName = 'myaccount'; Database = 'S1' }, [pscustomobject]@{ AccountName = 'readeraccount'; Database = 'S3' }
        @(($rows | New-CosmiDatabase).Change) | Should -Be @('AlreadySo', 'New')
    }

    It 'makes it in accounts from the pipeline, and never one of the account''s own name' {
        (Get-CosmiAccount -AccountName myaccount | New-CosmiDatabase -Name Sales).AccountName | Should -Be 'myaccount'
        $failure = Invoke-Failing { Get-CosmiAccount -AccountName myaccount | New-CosmiDatabase -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Action | Should -BeLike '*-Name*'
    }

    It 'does not wait with -NoWait, and the same command waits for the rest' {
        $accepted = New-CosmiDatabase -AccountName myaccount -Name Sales -NoWait
        $accepted.Change | Should -Be 'Accepted'
        $accepted.Database | Should -Be 'Sales'
        $accepted.AccountName | Should -Be 'myaccount'
        (New-CosmiDatabase -AccountName myaccount -Name Sales).Database | Should -Be 'Sales'
        (Get-CosmiDatabase -AccountName myaccount -Name Sales).Database | Should -Be 'Sales'
    }

    It 'prints with -WhatIf what it sends without' {
        $printed = Get-WhatIf -Script 'New-CosmiDatabase -AccountName myaccount -Name Sales -WhatIf; New-CosmiDatabase -AccountName myaccount -Name S2 -Throughput 400 -WhatIf; New-CosmiDatabase -AccountName myaccount -Name S3 -MaxThroughput 1000 -WhatIf'
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
        $printed[0].Text | Should -Be 'Create database Sales in account myaccount'
        $null = New-CosmiDatabase -AccountName myaccount -Name Sales
        $null = New-CosmiDatabase -AccountName myaccount -Name S2 -Throughput 400
        $null = New-CosmiDatabase -AccountName myaccount -Name S3 -MaxThroughput 1000
        Assert-Sent -Printed $printed -Sent (Get-Change -Simulator $simulator)
    }

    It 'refuses <What> before anything is sent' -ForEach @(
        @{ What = 'a name that cannot be one'; Arguments = @{ Name = 'a/b' } }
        @{ What = 'an empty name'; Arguments = @{ Name = '' } }
        @{ What = 'throughput that is none'; Arguments = @{ Name = 'Sales'; Throughput = 450 } }
        @{ What = 'autoscale in hundreds'; Arguments = @{ Name = 'Sales'; MaxThroughput = 1500 } }
        @{ What = 'two kinds of throughput'; Arguments = @{ Name = 'Sales'; Throughput = 400; MaxThroughput = 1000 } }
    ) {
        $failure = Invoke-Failing { New-CosmiDatabase -AccountName myaccount @Arguments -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Action | Should -Not -BeNullOrEmpty
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'says that it is there with other throughput, and changes nothing' {
        $failure = Invoke-Failing { New-CosmiDatabase -AccountName myaccount -Name Shared -Throughput 2000 -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Conflict'
        $failure.Category | Should -Be 'ResourceExists'
        $failure.Target | Should -Be 'Shared'
        $failure.Message | Should -BeLike '*1000*'
        Get-Change -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'says that the identity may not' {
        $failure = Invoke-Failing { New-CosmiDatabase -Client (Connect-CosmiAccount -ClientId 22222222-0000-0000-0000-000000000001) -AccountName myaccount -Name Sales -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Forbidden'
        $failure.Message | Should -BeLike '*sqlDatabases/write*'
        $failure.Action | Should -Not -BeNullOrEmpty
    }
}
