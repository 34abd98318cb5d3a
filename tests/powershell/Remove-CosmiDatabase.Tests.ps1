BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Remove-CosmiDatabase' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Remove-CosmiDatabase | Should -Be @(
            '-AccountName [String] Account<name'
            '-Client [Client] All'
            '-Confirm|cf [SwitchParameter] All'
            '-Name|Database [String[]] All!@0<value<name'
            '-NoWait [SwitchParameter] All'
            '-ResourceGroupName|ResourceGroup [String] Account<name'
            '-ResourceId [String] ResourceId!<name'
            '-SubscriptionId [String] Account<name'
            '-TimeoutSec [Int32] All'
            '-WhatIf|wi [SwitchParameter] All'
        )
    }

    It 'deletes a database, and the second time finds none' {
        Remove-CosmiDatabase -AccountName myaccount -Name Shared -Confirm:$false | Should -BeNullOrEmpty
        @((Get-CosmiDatabase -AccountName myaccount).Database) | Should -Not -Contain 'Shared'
        $told = Remove-CosmiDatabase -AccountName myaccount -Name Shared -Confirm:$false -Verbose 4>&1
        @($told | Where-Object { "$_" -like 'already so: there is no database Shared' }).Count | Should -Be 1
    }

    It 'takes databases from the pipeline' {
        Get-CosmiDatabase -AccountName myaccount -Name D, Auto | Remove-CosmiDatabase -Confirm:$false
        'Shared' | Remove-CosmiDatabase -AccountName myaccount -Confirm:$false -NoWait
        $sent = Get-Change -Simulator $simulator
        @($sent.Path -replace '^.*/sqlDatabases/' | Sort-Object) | Should -Be @('Auto', 'D', 'Shared')
        @($sent.Method | Sort-Object -Unique) | Should -Be @('DELETE')
    }

    It 'never deletes one of an account''s own name' {
        $failure = Invoke-Failing { Get-CosmiAccount -AccountName myaccount | Remove-CosmiDatabase -Confirm:$false -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        Get-Change -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'takes <What> for no database' -ForEach @(
        @{ What = 'a collection'; Source = { Get-CosmiCollection -AccountName myaccount -Database D }; Name = 'A' }
        @{ What = 'a throughput'; Source = { Get-CosmiThroughput -AccountName myaccount -Database Shared }; Name = 'Shared' }
        @{ What = 'an account'; Source = { Get-CosmiAccount -AccountName myaccount }; Name = 'myaccount' }
    ) {
        $piped = @(& $Source)[0]
        Clear-SimulatorJournal -Simulator $simulator
        $failure = Invoke-Failing { $piped | Remove-CosmiDatabase -Confirm:$false -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Message | Should -BeLike "$What is no database: Remove-CosmiDatabase would have taken it for database $Name*"
        $failure.Action | Should -Be 'name the database with -Name, or pipe what Get-CosmiDatabase gives'
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'takes a database that is named of the account from the pipeline, and rows' {
        Get-CosmiAccount -AccountName myaccount | Remove-CosmiDatabase -Name Shared -Confirm:$false
        'AccountName,Database', 'myaccount,Auto' | ConvertFrom-Csv | Remove-CosmiDatabase -Confirm:$false
        @((Get-Change -Simulator $simulator).Path -replace '^.*/sqlDatabases/') | Should -Be @('Shared', 'Auto')
    }

    It 'prints with -WhatIf what it sends without' {
        $printed = Get-WhatIf -Script 'Remove-CosmiDatabase -AccountName myaccount -Name Shared -WhatIf'
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
        Remove-CosmiDatabase -AccountName myaccount -Name Shared -Confirm:$false
        Assert-Sent -Printed $printed -Sent (Get-Change -Simulator $simulator)
    }

    It 'says that a lock forbids it' {
        $failure = Invoke-Failing { Remove-CosmiDatabase -AccountName lockedaccount -Name Test -Confirm:$false -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Conflict'
        $failure.Message | Should -BeLike '*lock*'
        $failure.Action | Should -BeLike '*lock*'
    }
}
