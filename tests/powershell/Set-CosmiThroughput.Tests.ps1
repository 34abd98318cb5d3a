BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Set-CosmiThroughput' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Set-CosmiThroughput | Should -Be @(
            '-AccountName [String] Account<name'
            '-Client [Client] All'
            '-Confirm|cf [SwitchParameter] All'
            '-Database|DatabaseName [String] All!@0<name'
            '-MaxThroughput [Int32] All'
            '-Name|Collection|Container [String] All@1<name'
            '-NoWait [SwitchParameter] All'
            '-ResourceGroupName|ResourceGroup [String] Account<name'
            '-ResourceId [String] ResourceId!<name'
            '-SubscriptionId [String] Account<name'
            '-Throughput [Int32] All'
            '-TimeoutSec [Int32] All'
            '-WhatIf|wi [SwitchParameter] All'
        )
    }

    It 'sets throughput, and the second time says that it is so already' {
        $splat = @{ AccountName = 'myaccount'; Database = 'Test'; Name = 'Test'; Throughput = 1000 }
        $set = Set-CosmiThroughput @splat
        $set.Change | Should -Be 'New'
        $set.Kind | Should -Be 'Manual'
        $set.RequestUnits | Should -Be 1000
        $again = Set-CosmiThroughput @splat
        $again.Change | Should -Be 'AlreadySo'
        $again | Out-String | Should -BeLike '*1000 RU/s*already so*'
        @(Get-Change -Simulator $simulator).Count | Should -Be 1
    }

    It 'changes between manual and autoscale' {
        $set = Set-CosmiThroughput -AccountName myaccount -Database Test -Name Test -MaxThroughput 4000
        $set.Kind | Should -Be 'Autoscale'
        $set.RequestUnits | Should -Be 4000
        $set = Set-CosmiThroughput -AccountName myaccount -Database Test -Name Test -Throughput 800
        $set.Kind | Should -Be 'Manual'
        $set.RequestUnits | Should -Be 800
        @((Get-Change -Simulator $simulator).Path -replace '^.*/') | Should -Contain 'migrateToAutoscale'
        @((Get-Change -Simulator $simulator).Path -replace '^.*/') | Should -Contain 'migrateToManualThroughput'
    }

    It 'sets a database''s, and takes what Get-CosmiThroughput gives' {
        (Set-CosmiThroughput -AccountName myaccount -Database Shared -Throughput 1200).RequestUnits | Should -Be 1200
        $set = Get-CosmiThroughput -AccountName myaccount -Database Shared | Set-CosmiThroughput -Throughput 1300
        $set.RequestUnits | Should -Be 1300
        $set.Name | Should -BeNullOrEmpty
        (Get-CosmiThroughput -AccountName myaccount -Database D -Name A | Set-CosmiThroughput -Throughput 700).Name | Should -Be 'A'
    }

    It 'does not wait with -NoWait' {
        $set = Set-CosmiThroughput -AccountName myaccount -Database Test -Name Test -Throughput 1000 -NoWait
        $set.Change | Should -Be 'Accepted'
        $set.RequestUnits | Should -Be 1000
    }

    It 'prints with -WhatIf what it sends without' {
        $printed = Get-WhatIf -Script 'Set-CosmiThroughput -AccountName myaccount -Database Test -Name Test -Throughput 1000 -WhatIf; Set-CosmiThroughput -AccountName myaccount -Database Shared -MaxThroughput 2000 -WhatIf'
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
        $null = Set-CosmiThroughput -AccountName myaccount -Database Test -Name Test -Throughput 1000
        Assert-Sent -Printed $printed[0] -Sent (Get-Change -Simulator $simulator)
        Clear-SimulatorJournal -Simulator $simulator
        $null = Set-CosmiThroughput -AccountName myaccount -Database Shared -MaxThroughput 2000
        $sent = Get-Change -Simulator $simulator
        $printed[1].More | Should -Be '; before, if it is manual, POST migrateToAutoscale'
        $sent[0].Method | Should -Be 'POST'
        $sent[0].Path | Should -BeLike '*/migrateToAutoscale'
        Assert-Sent -Printed $printed[1] -Sent $sent[1]
    }

    It 'says <What>' -ForEach @(
        @{ What = 'that a shared one cannot be set'; Arguments = @{ Database = 'Shared'; Name = 'Orders'; Throughput = 400 }; Id = 'Cosmi.NotFound'; Action = 'set the throughput of its database*' }
        @{ What = 'that a database has none'; Arguments = @{ Database = 'Test'; Throughput = 400 }; Id = 'Cosmi.NotFound'; Action = 'set the throughput of its collections*' }
        @{ What = 'that it is no throughput'; Arguments = @{ Database = 'Test'; Name = 'Test'; Throughput = 450 }; Id = 'Cosmi.InvalidArgument'; Action = '?*' }
        @{ What = 'that one kind is needed'; Arguments = @{ Database = 'Test'; Name = 'Test' }; Id = 'Cosmi.InvalidArgument'; Action = '?*' }
        @{ What = 'that two kinds are one too many'; Arguments = @{ Database = 'Test'; Name = 'Test'; Throughput = 400; MaxThroughput = 1000 }; Id = 'Cosmi.InvalidArgument'; Action = '?*' }
        @{ What = 'that an empty name is none'; Arguments = @{ Database = 'Shared'; Name = ''; Throughput = 400 }; Id = 'Cosmi.InvalidArgument'; Action = '?*' }
    ) {
        $failure = Invoke-Failing { Set-CosmiThroughput -AccountName myaccount @Arguments -ErrorAction Stop }
        $failure.Id | Should -Be $Id
        $failure.Action | Should -BeLike $Action
        Get-Change -Simulator $simulator | Should -BeNullOrEmpty
    }
}
